import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { problemSchema } from '@tocsin/contracts';
import { ROOT, startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);

/** The producer applies changes to the file within two seconds. The tests double this limit for slow machines. */
const UNTIL_APPLIED = { timeout: 4_000, interval: 100 };

/** A stack that keeps API keys in a file, as `npm start` does. `npm run api-key` adds and revokes keys in this file. */
let stack: Stack;
let producer: Pair;
const dir = mkdtempSync(join(tmpdir(), 'tocsin-api-keys-'));

beforeAll(async () => {
  const file = join(dir, 'api-keys.json');
  writeFileSync(file, '[]');
  stack = await startStack({ bffs: 1, producerEnv: { API_KEYS: 'on', API_KEYS_FILE: file } });
  producer = stack.producers[0] as Pair;
});
afterAll(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
});

const apiKey = async (...args: string[]): Promise<string> => {
  const command = ['--import', 'tsx', join('tools', 'src', 'cli.ts'), 'api-key', ...args, '--data', dir];
  const env = {
    ...process.env,
    DAPR_HTTP_PORT: String(producer.daprHttpPort),
    DAPR_API_TOKEN: producer.daprHeaders['dapr-api-token'],
  };
  return (await run(process.execPath, command, { cwd: ROOT, env })).stdout.trim();
};
const call = (key: string, method: string, path: string, body?: object) =>
  fetch(`${producer.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    ...(body && { body: JSON.stringify(body) }),
  });
const publish = async (key: string, members: object = {}) =>
  (await call(key, 'POST', '/notifications', { title: 'x', ...members })).status;

it('should accept a new key without a restart, but only for the key’s scopes', async () => {
  const key = await apiKey('--name', 'shop', '--feeds', 'all', '--source', 'shop');
  await expect.poll(() => publish(key), UNTIL_APPLIED).toBe(202);
  expect(await publish(key, { source: 'payroll' })).toBe(403);
  expect((await call(key, 'DELETE', '/notifications/a')).status).toBe(403);
  expect((await call(key, 'DELETE', '/feeds/all')).status).toBe(403);
});

it('should reject a revoked key within two seconds and say why', async () => {
  const key = await apiKey('--name', 'gone', '--feeds', 'all');
  await expect.poll(() => publish(key), UNTIL_APPLIED).toBe(202);
  await apiKey('--revoke', 'gone');
  await expect.poll(() => publish(key), UNTIL_APPLIED).toBe(401);
  const problem = problemSchema.parse(
    await (await call(key, 'POST', '/notifications', { title: 'x' })).json(),
  );
  expect(problem.detail).toContain('was revoked');
});

it('should record when each key was last used, and list it', async () => {
  await apiKey('--name', 'unused', '--feeds', 'all');
  // The producer saves the times of last use once a minute, and when it stops.
  await producer.app.stop();
  const list = (await apiKey('--list')).split('\n');
  const lineOf = (name: string) => list.find((line) => line.startsWith(name));
  const today = new Date().toISOString().slice(0, 10);
  expect(lineOf('shop')).toMatch(
    new RegExp(`valid +publish +all +50 +shop .* never +${today}T[\\d:.]+Z +\\w{8}…$`),
  );
  expect(lineOf('gone')).toContain('revoked');
  expect(lineOf('unused')).toContain('never used');
});
