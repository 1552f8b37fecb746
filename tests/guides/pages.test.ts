import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/state.ts';
import { commandsOf, runsOnSystem, PAGES, readPage, needsSecrets, type Command } from './commands.ts';

const run = promisify(execFile);
const JWT_SECRET = randomBytes(32).toString('hex');
const dir = mkdtempSync(join(tmpdir(), 'tocsin-pages-'));
const data = join(dir, 'data');
let stack: Stack;

const commandsIn = (page: string): Command[] => commandsOf(readPage(page));

/** Runs a command with the shell variables that earlier commands set. Resolves with standard output and error. */
async function shell(text: string): Promise<string> {
  const variables = join(dir, 'variables');
  writeFileSync(variables, '', { flag: 'a' });
  const script = `exec 2>&1; . ${variables}; set -a\n${text}\nset +a; declare -p KEY ADA BEN > ${variables} 2>/dev/null || true`;
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: ROOT,
    env: { ...process.env, REDIS_HOST: stack?.redisHost },
  });
  return stdout;
}

/** Replaces addresses and the data folder. Stops endless commands after the first event, or after two seconds. */
function adaptCommand(text: string, { producer = 0, bff = 0 } = {}): string {
  const host = (pair: { url: string } | undefined) => (pair ? new URL(pair.url).host : '');
  return text
    .replaceAll('localhost:4000', host(stack?.producers[producer]))
    .replaceAll('localhost:4001', host(stack?.bffs[bff]))
    .replaceAll('-p 4600', `-p ${stack?.redisHost.split(':')[1]}`)
    .replace(/npm run (?:--silent )?(?:api-key|token) -- /, `$&--data ${data} `)
    .replace(/^curl -N .*/, "{ timeout 60 $& || true; } | grep -m 1 'event: subscribed'")
    .replace(/^redis-cli .*--latency-history.*/, 'timeout 2 $& || [ $? -eq 124 ]');
}

/** Matches output from a failed command: a problem document or a Redis error. */
const FAULT = /"status":[45]\d\d|^\(error\)|ERR /m;

/** Repeats a command until it succeeds and prints what the page shows: effects take a moment to appear. */
async function expectOutput({ text, expected }: Command, from = {}): Promise<void> {
  let output = '';
  await eventually(async () => {
    const ended = await shell(adaptCommand(text, from)).then(
      (printed) => ({ printed, succeeded: true }),
      (error: unknown) => ({ printed: String((error as { stdout?: unknown }).stdout), succeeded: false }),
    );
    output = ended.printed;
    return (
      ended.succeeded &&
      (expected.length > 0 ? expected.every((part) => output.includes(part)) : !FAULT.test(output))
    );
  }).catch((error: unknown) => {
    throw new Error(`${adaptCommand(text, from)}\nprinted\n${output}`, { cause: error });
  });
}

const [createKey, ...withKeys] = commandsIn('docs/guides/secure-it.md').filter(needsSecrets);

beforeAll(async () => {
  mkdirSync(data);
  writeFileSync(join(data, 'jwt-secret'), JWT_SECRET, { mode: 0o600 });
  await shell(adaptCommand(createKey?.text ?? ''));
  stack = await startStack({
    ...{ producers: 2, bffs: 2 },
    producerEnv: (index) =>
      index === 1 ? { API_KEYS: 'on', API_KEYS_FILE: join(data, 'api-keys.json') } : {},
    bffEnv: (index) => (index === 1 ? { AUTH_MODE: 'jwt' } : {}),
    secrets: { NOTIFICATION_SECRETS_jwt: JWT_SECRET },
  });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(dir, { recursive: true });
});

describe.each(PAGES)('$page', ({ page, minCommands }) => {
  const commands = commandsIn(page).filter(runsOnSystem);

  it('should contain commands to run', () => {
    expect(commands.length).toBeGreaterThanOrEqual(minCommands);
  });

  it.each(commands.map((command) => [command.text.trim().slice(0, 70), command] as const))(
    '%s…',
    (_text, command) => expectOutput(command),
  );
});

describe('docs/guides/secure-it.md', () => {
  it.each(withKeys.map((command) => [command.text.trim().slice(0, 70), command] as const))(
    '%s…',
    (_text, command) => expectOutput(command, { producer: 1, bff: 1 }),
  );

  it('should contain nine commands that need a key or a token', () => {
    expect(withKeys).toHaveLength(9);
  });
});
