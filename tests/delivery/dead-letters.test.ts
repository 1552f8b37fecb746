import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { entryKey } from '@tocsin/contracts';
import { Observer } from '@tocsin/lab';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ClaimCheck } from '../support/redis/claim-check.ts';
import { eventually, readSetAside, readSetAsideIndex } from '../support/state.ts';

const FEED = 'topic:letters';
const ROOT = join(import.meta.dirname, '../..');

let stack: Stack;
let bff: Pair;
let check: ClaimCheck;
let observer: Observer;

beforeAll(async () => {
  stack = await startStack({ bffs: 1 });
  bff = stack.bffs[0] as Pair;
  check = new ClaimCheck(stack.producers[0] as Pair);
  observer = new Observer('client', bff.url, { feed: FEED });
  await observer.ready();
});
afterAll(async () => {
  observer.close();
  await stack.stop();
});

async function deadLetters(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', join('tools', 'src', 'cli.ts'), 'dead-letters', ...args],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        DAPR_HTTP_PORT: String(bff.daprHttpPort),
        DAPR_API_TOKEN: bff.daprHeaders['dapr-api-token'] ?? '',
      },
    },
  );
  return stdout;
}

async function depositDamaged(seq: number, change: Parameters<ClaimCheck['deposit']>[2]): Promise<string> {
  await check.deposit(FEED, seq, change);
  await check.announce(FEED, seq);
  const entry = entryKey({ run: check.run, feed: FEED, seq });
  await eventually(() => readSetAside(bff, entry));
  return entry;
}

it('should list records with reasons and content, and delete a record', async () => {
  expect(await deadLetters()).toContain('No records are set aside.');
  const entry = await depositDamaged(1, () => ({ no: 'entry' }));
  const listed = await deadLetters();
  expect(listed).toContain(entry);
  expect(listed).toContain('invalid');
  expect(listed).toContain('{"no":"entry"}');
  await expect(deadLetters('put-back', entry)).rejects.toThrow('the record has no usable content');
  expect(await deadLetters('delete', entry)).toContain(`Deleted: ${entry}`);
  expect(await readSetAsideIndex(bff)).toEqual([]);
});

it('should put back a record that was set aside due to expiry', async () => {
  const past = new Date(Date.now() - 1_000).toISOString();
  const entry = await depositDamaged(2, (original) => ({ ...original, expiresAt: past }));
  expect(await deadLetters()).toContain('expired');
  expect(await deadLetters('put-back', entry)).toContain(`Put back: ${entry}`);
  await eventually(async () => observer.shown.length === 1);
  expect(await readSetAsideIndex(bff)).toEqual([]);
});

it('should put back all records, and list any that it can’t', async () => {
  const past = new Date(Date.now() - 1_000).toISOString();
  const good = await depositDamaged(3, (original) => ({ ...original, expiresAt: past }));
  const bad = await depositDamaged(4, () => 'nothing');
  const failed = await deadLetters('put-back', '--all').catch((error: unknown) => error);
  expect(failed).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('1 of 2 records could not') as string,
  });
  const output = (failed as { stdout: string }).stdout;
  expect(output).toContain(`Put back: ${good}`);
  expect(output).toContain(`Could not put back a record: ${bad}`);
  await eventually(async () => observer.shown.length === 2);
  expect(await readSetAsideIndex(bff)).toEqual([bad]);
});

it('should report an unknown record', async () => {
  await expect(deadLetters('delete', 'entry:unknown')).rejects.toThrow(
    'There is no set-aside record named entry:unknown',
  );
});
