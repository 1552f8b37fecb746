import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Observer } from '@tocsin/lab';
import {
  respondsOk,
  ensureRedisServer,
  freePorts,
  isPortFree,
  pollUntil,
  privateRedis,
  ROOT,
  signToken,
  startStack,
  type ManagedProcess,
  type Pair,
  type Stack,
} from '@tocsin/tools';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClaimCheck } from '../support/redis/claim-check.ts';

const SECRETS = {
  redis: `redis-${randomBytes(12).toString('hex')}`,
  operator: `operator-${randomBytes(12).toString('hex')}`,
  jwt: `jwt-${randomBytes(32).toString('hex')}`,
  apiKey: `key-${randomBytes(12).toString('hex')}`,
};
const CONTENT = `content-${randomBytes(12).toString('hex')}`;

/**
 * All protections are on: a Redis user with a password and few permissions, tokens and API keys. Logging is set to the
 * most verbose level.
 */
describe('a locked-down stack', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-locked-'));
  const tokens: string[] = [];
  let redisPort: number;
  let redis: ManagedProcess;
  let operator: ReturnType<typeof createClient>;
  let stack: Stack;
  let producer: Pair;
  let bff: Pair;

  const tokenOf = async (sub: string): Promise<string> => {
    const token = await signToken({
      claims: { sub, feeds: ['*'], roles: ['ops'] },
      exp: Math.floor(Date.now() / 1000) + 3_600,
      issuer: 'tocsin',
      audience: 'tocsin',
      secret: SECRETS.jwt,
    });
    tokens.push(token);
    return token;
  };
  const redisAs = async (username: string, password: string) => {
    const client = createClient({ socket: { port: redisPort, host: '127.0.0.1' }, username, password });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };

  beforeAll(async () => {
    [redisPort = 0] = await freePorts(1);
    const server = await ensureRedisServer(console.log);
    redis = privateRedis({ server, port: redisPort, dir, logFile: join(dir, 'redis.log') });
    await redis.start();
    await pollUntil(async () => !(await isPortFree(redisPort)), { timeoutMs: 20_000 });
    const first = createClient({ socket: { port: redisPort, host: '127.0.0.1' } });
    await first.connect();
    // Reversed: the first line turns off the `default` user, and this client is connected as that user.
    for (const line of aclLines().toReversed()) await first.sendCommand(['ACL', 'SETUSER', ...line]);
    first.destroy();
    operator = await redisAs('operator', SECRETS.operator);
    stack = await startStack({
      redisHost: `127.0.0.1:${redisPort}`,
      redisUsername: 'tocsin',
      redisPassword: SECRETS.redis,
      env: { LOG_LEVEL: 'debug' },
      bffEnv: { AUTH_MODE: 'jwt' },
      producerEnv: { API_KEYS: 'on' },
      secrets: {
        NOTIFICATION_SECRETS_jwt: SECRETS.jwt,
        NOTIFICATION_KEYS_apikeys: JSON.stringify([
          {
            name: 'shop',
            hash: createHash('sha256').update(SECRETS.apiKey).digest('hex'),
            feeds: ['*'],
            perSecond: 100,
          },
        ]),
      },
    });
    producer = stack.producers[0] as Pair;
    bff = stack.bffs[0] as Pair;
  });
  afterAll(async () => {
    await stack.stop();
    operator.destroy();
    await redis.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const aclLines = (): string[][] =>
    readFileSync(join(ROOT, 'docs', 'redis-users.acl'), 'utf8')
      .replace('>change-me ', `>${SECRETS.redis} `)
      .replace('>change-me-too ', `>${SECRETS.operator} `)
      .trim()
      .split('\n')
      .map((line) => line.split(' ').slice(1));

  const publish = async (method: string, path: string, body?: object): Promise<void> => {
    const response = await fetch(`${producer.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-api-key': SECRETS.apiKey },
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(response.status, await response.text()).toBe(202);
  };
  const call = async (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${bff.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf('ada')}` },
      ...(body && { body: JSON.stringify(body) }),
    });

  it('should deliver, schedule, retract and erase without sending forbidden commands to Redis', async () => {
    const observer = new Observer('ada', stack.bffs[1]?.url ?? '', { getToken: () => tokenOf('ada') });
    await observer.ready();
    await publish('POST', '/notifications', { id: 'one', title: CONTENT, body: CONTENT });
    await publish('POST', '/notifications', { id: 'soon', title: CONTENT, deliverAt: inMs(2_000) });
    await publish('POST', '/notifications', { id: 'gone', title: CONTENT });
    await observer.untilShown(['gone']);
    await publish('DELETE', '/notifications/gone');
    await publish('POST', '/notifications', { id: 'away', feed: 'user:ben', title: CONTENT });
    await publish('DELETE', '/feeds/user:ben');
    await observer.untilShown(['one', 'gone', 'soon']);
    expect((await call('POST', '/app/notifications/read', { feed: 'all', offset: 1 })).status).toBe(204);
    expect((await call('PUT', '/app/mutes', { feeds: [], severities: ['info'] })).status).toBe(204);
    const claimCheck = new ClaimCheck(producer);
    await claimCheck.deposit('all', 1, (entry) => ({
      ...entry,
      notifications: [{ title: '', secret: CONTENT }],
    }));
    await claimCheck.announce('all', 1);
    const deadLetters = async () =>
      ((await (await call('GET', '/app/ops/dead-letters')).json()) as { total: number }).total;
    await expect.poll(deadLetters).toBe(1);
    const instances = async (): Promise<unknown> => (await call('GET', '/app/ops/instances')).json();
    await expect.poll(instances).toMatchObject({ instances: [{}, {}] });
    observer.close();
    expect(await refusals()).toEqual([]);
  });

  it('should still deliver after a sidecar and an instance have restarted', async () => {
    await bff.sidecar.restart();
    await bff.app.restart();
    await bff.ready();
    await publish('POST', '/notifications', { id: 'again', title: CONTENT });
    const shown = async () => (await (await call('GET', '/app/notifications')).text()).includes('"again"');
    await expect.poll(shown).toBe(true);
    expect(await refusals()).toEqual([]);
  });

  /** Commands that Redis has rejected, as `reason: command`. */
  async function refusals(): Promise<string[]> {
    const log = await operator.sendCommand<unknown[][]>(['ACL', 'LOG']);
    return log.map((entry) => `${String(entry[3])}: ${String(entry[7])}`);
  }

  it.each([
    ['change the configuration', ['CONFIG', 'SET', 'appendonly', 'no']],
    ['read the configuration', ['CONFIG', 'GET', '*']],
    ['empty the store', ['FLUSHALL']],
    ['list keys', ['KEYS', '*']],
    ['read other applications’ keys', ['GET', 'session:1']],
    ['write other applications’ keys', ['SET', 'session:1', 'x']],
    ['grant itself permissions', ['ACL', 'SETUSER', 'tocsin', '+@all']],
    ['run modules or other applications’ scripts', ['FUNCTION', 'LIST']],
    ['copy the data elsewhere', ['REPLICAOF', '127.0.0.1', '1']],
    ['list connections', ['CLIENT', 'LIST']],
    ['end other connections', ['CLIENT', 'KILL', 'TYPE', 'normal']],
    ['interrupt other connections', ['CLIENT', 'UNBLOCK', '1']],
    ['make every caller wait', ['CLIENT', 'PAUSE', '1']],
    ['lift a pause set by an operator', ['CLIENT', 'UNPAUSE']],
    ['keep its connection when memory runs out', ['CLIENT', 'NO-EVICT', 'on']],
  ])('should have a Redis user that cannot %s', async (_what, command) => {
    const client = await redisAs('tocsin', SECRETS.redis);
    await expect(client.sendCommand(command)).rejects.toThrow(/NOPERM/);
    client.destroy();
  });

  it('should have a Redis that rejects callers without the password', async () => {
    const client = createClient({ socket: { port: redisPort, host: '127.0.0.1', reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect().catch(() => undefined);
    await expect(client.sendCommand(['GET', 'entry:x'])).rejects.toThrow(/NOAUTH|closed/);
    if (client.isOpen) client.destroy();
  });

  it('should require tokens at internal ports and sidecars', async () => {
    for (const pair of [producer, bff]) {
      const internal = `http://127.0.0.1:${pair.internalPort}`;
      for (const path of ['/dapr/config', '/dapr/subscribe', '/notifications', '/actors/Feed/all/method/x']) {
        expect((await fetch(`${internal}${path}`, { method: 'PUT' })).status, path).toBe(401);
        const guessed = { 'dapr-api-token': 'guessed' };
        expect((await fetch(`${internal}${path}`, { method: 'PUT', headers: guessed })).status, path).toBe(
          401,
        );
      }
      expect((await fetch(`${pair.daprUrl}/v1.0/metadata`)).status).toBe(401);
    }
  });

  const addresses = Object.values(networkInterfaces())
    .flatMap((some) => some ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);

  it.skipIf(addresses.length === 0)('should open no ports to other machines', async () => {
    const [address = ''] = addresses;
    expect(await respondsOk(`${bff.url}/healthz`)).toBe(true);
    for (const { port: publicPort, internalPort, daprHttpPort } of [producer, bff]) {
      for (const port of [publicPort, internalPort, daprHttpPort, redisPort]) {
        await expect(fetch(`http://${address}:${port}/healthz`), String(port)).rejects.toThrow();
      }
    }
  });

  it('should not log secrets, tokens or content', () => {
    const files = readdirSync(stack.logDir);
    expect(files.length).toBeGreaterThanOrEqual(8);
    const hidden = [...Object.values(SECRETS), ...tokens, CONTENT, ...Object.values(producer.daprHeaders)];
    for (const file of files) {
      const text = readFileSync(join(stack.logDir, file), 'utf8');
      expect(
        hidden.filter((secret) => text.includes(secret)),
        file,
      ).toEqual([]);
    }
    expect(readFileSync(bff.app.spec.logFile, 'utf8')).toContain('"level":"debug"');
  });
});

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
