import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { SignJWT } from 'jose';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectTo } from '../support/network/sockets.ts';
import { eventually } from '../support/state.ts';

const ROOT = join(import.meta.dirname, '../..');
const SECRET = randomBytes(32).toString('hex');
const OPS_TOKEN = randomBytes(32).toString('hex');
/** Time limit (ms) for closing a revoked subject's connections. The test doubles it for slow machines. */
const WITHIN_MS = 2_000;

let stack: Stack;
let first: Pair;
let second: Pair;
const sockets: Socket[] = [];

beforeAll(async () => {
  stack = await startStack({
    bffEnv: { AUTH_MODE: 'jwt', OPS_TOKEN },
    secrets: { NOTIFICATION_SECRETS_jwt: SECRET },
    producers: 0,
  });
  [first, second] = stack.bffs as [Pair, Pair];
});
afterAll(async () => {
  for (const socket of sockets) socket.close();
  await stack.stop();
});

const seconds = () => Math.floor(Date.now() / 1000);
const tokenOf = (sub: string, iat: number) =>
  new SignJWT({ sub, iat })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('tocsin')
    .setAudience('tocsin')
    .setExpirationTime('1h')
    .sign(Buffer.from(SECRET));
const ops = (pair: Pair, method: string, path = '', body?: object) =>
  fetch(`${pair.url}/app/ops/revocations${path}`, {
    method,
    headers: { authorization: `Bearer ${OPS_TOKEN}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
const pageStatus = async (pair: Pair, token: string) => {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${pair.url}/app/notifications?feed=all`, { headers })).status;
};
const connect = async (pair: Pair, token: string, transport: 'websocket' | 'polling' = 'websocket') => {
  const socket = await connectTo(pair.url, transport, { auth: { token } });
  sockets.push(socket);
  return socket;
};
/** Resolves when the connection is closed, with the reason that the client received and the elapsed time (ms). */
const untilClosed = (socket: Socket) => {
  const since = performance.now();
  let code = '';
  socket.once('closing', (event: { code: string }) => (code = event.code));
  return new Promise<{ code: string; ms: number }>((resolve) =>
    socket.once('disconnect', () => resolve({ code, ms: performance.now() - since })),
  );
};
/** Runs `npm run token -- …` and returns the output. */
const command = async (...args: string[]) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['tools/start.mjs', 'token', ...args], {
    cwd: ROOT,
    env: {
      ...process.env,
      DAPR_HTTP_PORT: String(first.daprHttpPort),
      DAPR_API_TOKEN: first.daprHeaders['dapr-api-token'],
    },
  });
  return stdout;
};

describe('a revoked subject', () => {
  it('should lose its connections to all instances within two seconds and be rejected by them', async () => {
    const token = await tokenOf('eve', seconds() - 5);
    const other = await connect(second, await tokenOf('ada', seconds() - 5));
    const ends = [
      await connect(first, token),
      await connect(second, token),
      await connect(second, token, 'polling'),
    ].map(untilClosed);
    expect((await ops(first, 'POST', '', { sub: 'eve' })).status).toBe(200);
    for (const { code, ms } of await Promise.all(ends)) {
      expect(code).toBe('token_revoked');
      expect(ms).toBeLessThan(2 * WITHIN_MS);
    }
    for (const pair of [first, second]) {
      expect(await pageStatus(pair, token)).toBe(401);
      await expect(connect(pair, token)).rejects.toThrow('the token was revoked');
    }
    expect(other.connected).toBe(true);
  });

  it(
    'should stay revoked after all instances and the store have restarted',
    { timeout: 300_000 },
    async () => {
      const token = await tokenOf('eve', seconds() - 60);
      await stack.redis.kill();
      await stack.revive('redis');
      for (const pair of [first, second]) {
        await pair.app.restart();
        await pair.ready(120_000);
        expect(await pageStatus(pair, token)).toBe(401);
      }
    },
  );

  it('should be accepted with a token issued later', async () => {
    const later = await tokenOf('eve', seconds() + 1);
    expect(await pageStatus(second, later)).toBe(200);
  });

  it('should be revoked, listed and restored by npm run token', async () => {
    const token = await tokenOf('sam', seconds() - 5);
    const end = untilClosed(await connect(second, token));
    expect(await command('--revoke', 'sam')).toMatch(
      /^Revoked the tokens of sam that have no iat or were issued at or before /m,
    );
    expect((await end).code).toBe('token_revoked');
    expect(await command('--revocations')).toMatch(/^eve .*\nsam /m);
    expect((await ops(second, 'DELETE', '/eve')).status).toBe(204);
    expect(await command('--lift', 'sam')).toContain('The tokens of sam are accepted again.');
    await eventually(async () => (await pageStatus(second, token)) === 200);
    expect(await command('--revocations')).toContain('No tokens are revoked.');
    await expect(command('--lift', 'sam')).rejects.toThrow('no tokens of sam are revoked');
    await expect(command('--revoke', 'sam', '--before', 'now')).rejects.toThrow('RFC 3339');
    await expect(command('--revoke', 'sam', '--sub', 'x')).rejects.toThrow('Use exactly one of');
  });
});
