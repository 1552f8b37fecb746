import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/state.ts';
import { commandsOf, GUIDES, readPage } from './commands.ts';

const run = promisify(execFile);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

/** Replaces the ports of `npm start` with the stack's. */
const withTestAddresses = (text: string): string => {
  const [producer, first, second] = [...stack.producers, ...stack.bffs].map(({ url }) => new URL(url).host);
  return text
    .replaceAll('localhost:4000', String(producer))
    .replaceAll('localhost:4001', String(first))
    .replaceAll('localhost:4002', String(second))
    .replaceAll('-p 4600', `-p ${stack.redisHost.split(':')[1]}`);
};

describe.each(GUIDES)('%s', (guide) => {
  const commands = commandsOf(readPage(`docs/guides/${guide}.md`));

  it('should contain commands to run', () => {
    expect(commands.length).toBeGreaterThan(1);
    for (const { text, expected } of commands) expect(expected, text).not.toEqual([]);
  });

  it.each(commands.map(({ text, expected }) => [text.trim().slice(0, 60), text, expected] as const))(
    '%s…',
    async (_name, text, expected) => {
      let output = '';
      // An accepted notification appears a moment later.
      await eventually(async () => {
        output = (await run('bash', ['-euo', 'pipefail', '-c', withTestAddresses(text)])).stdout;
        return expected.every((part) => output.includes(part));
      }).catch((error: unknown) => {
        throw new Error(`${text}\nprinted\n${output}`, { cause: error });
      });
    },
  );
});
