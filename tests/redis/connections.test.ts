import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyRedis, startRedis, startSentinel } from '@tocsin/lab';
import {
  explainRedisFault,
  persistentClient,
  openOnce,
  readRedisSettings,
  redisTarget,
  type RedisClient,
} from '@tocsin/service/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/state.ts';
import { Certificates } from '../support/redis/certificates.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-tls-'));
const make = new Certificates(dir);
const ca = make.ca('ca');
const otherCa = make.ca('other-ca');
const server = make.signed(ca, 'server');
const client = make.signed(ca, 'client');
const stranger = make.signed(otherCa, 'stranger');
const expired = make.signed(ca, 'expired', -1);
const TIMEOUTS = { connectTimeout: 3_000, socketTimeout: 3_000 };

const running: AnyRedis[] = [];
const started = async (redis: Promise<AnyRedis>): Promise<AnyRedis> => {
  running.push(await redis);
  return redis;
};
afterAll(async () => {
  await Promise.all(running.map(({ process }) => process.stop()));
  rmSync(dir, { recursive: true, force: true });
});

type Settings = Record<string, string>;
const targetOf = (env: Settings) => redisTarget(readRedisSettings(env));

/** Returns `open`, or an explanation with a remedy. */
async function outcome(env: Settings): Promise<string> {
  const target = targetOf(env);
  try {
    const opened = await openOnce(target, TIMEOUTS);
    opened.destroy();
    return 'open';
  } catch (error) {
    const fault = explainRedisFault(error, target);
    return fault ? `${fault.what}: ${fault.remedy}` : `unexplained: ${String(error)}`;
  }
}

describe('a connection with TLS', () => {
  let open: AnyRedis;
  let closed: AnyRedis;
  let stale: AnyRedis;
  let plain: AnyRedis;
  beforeAll(async () => {
    [open, closed, stale, plain] = await Promise.all([
      started(startRedis({ dir, name: 'open', tls: { ca, server }, settings: { 'tls-auth-clients': 'no' } })),
      started(startRedis({ dir, name: 'closed', tls: { ca, server } })),
      started(
        startRedis({
          ...{ dir, name: 'stale', tls: { ca, server: expired }, settings: { 'tls-auth-clients': 'no' } },
        }),
      ),
      started(startRedis({ dir, name: 'plain' })),
    ]);
  });
  const tls = (redis: AnyRedis, settings: Settings = {}): Settings => ({
    ...{ REDIS_HOST: redis.address, REDIS_TLS: 'true', REDIS_CA_FILE: ca.cert },
    ...settings,
  });
  const withClient = (certificate: { cert: string; key: string }): Settings => ({
    ...{ REDIS_CERT_FILE: certificate.cert, REDIS_KEY_FILE: certificate.key },
  });

  it('should be established using the CA, and a client certificate if Redis requires it', async () => {
    expect(await outcome(tls(open))).toBe('open');
    expect(await outcome(tls(closed, withClient(client)))).toBe('open');
  });

  it('should explain how to fix each error', async () => {
    const withoutCa = { REDIS_HOST: open.address, REDIS_TLS: 'true' };
    expect(await outcome(withoutCa)).toMatch(/unknown CA .*Set REDIS_CA_FILE to the PEM file of the CA/);
    expect(await outcome(tls(open, { REDIS_CA_FILE: otherCa.cert }))).toMatch(
      /unknown CA .*contains a different CA/,
    );
    expect(await outcome(tls(stale))).toMatch(/expired certificate .*Renew the Redis certificate/);
    expect(await outcome(tls(closed))).toMatch(/requires a client certificate .*Set REDIS_CERT_FILE/);
    expect(await outcome(tls(closed, withClient(stranger)))).toMatch(/rejects our client certificate \(/);
    expect(await outcome(tls(closed, withClient(expired)))).toMatch(
      /client certificate because it has expired/,
    );
    expect(await outcome(tls(plain))).toMatch(/TLS .*tls-port.*set REDIS_TLS=false/);
    expect(await outcome({ REDIS_HOST: open.address })).toMatch(/closes the connection .*set REDIS_TLS=true/);
    expect(await outcome(tls(open, { REDIS_PASSWORD: 'wrong', REDIS_USERNAME: 'ada' }))).toMatch(
      /rejects the login .*Set REDIS_USERNAME and REDIS_PASSWORD/,
    );
  });
});

describe('a connection through Sentinels', () => {
  let first: AnyRedis;
  let second: AnyRedis;
  let env: Settings;
  beforeAll(async () => {
    const options = { dir, tls: { ca, server } };
    first = await started(startRedis({ ...options, name: 'first' }));
    second = await started(
      startRedis({ ...options, name: 'second', settings: { replicaof: `127.0.0.1 ${first.port}` } }),
    );
    const sentinel = await started(startSentinel({ ...options, name: 'sentinel' }, first));
    env = {
      // No Sentinel listens at the first address.
      ...{ REDIS_SENTINEL: 'true', REDIS_HOST: `127.0.0.1:1,${sentinel.address}`, REDIS_MASTER: 'tocsin' },
      ...{ REDIS_TLS: 'true', REDIS_CA_FILE: ca.cert },
      ...{ REDIS_CERT_FILE: client.cert, REDIS_KEY_FILE: client.key },
    };
    const log = ({ process }: AnyRedis): string => readFileSync(process.spec.logFile, 'utf8');
    // Sentinel can't fail over to a replica it doesn't know yet.
    await eventually(async () => log(second).includes('sync: Finished') && log(sentinel).includes('+slave'));
  });

  it('should list the known masters if it asks for an unknown master', async () => {
    expect(await outcome({ ...env, REDIS_MASTER: 'mymaster' })).toMatch(
      /no master named mymaster: Set REDIS_MASTER to one of: tocsin/,
    );
  });

  it('should switch to the new master, keep subscriptions and waiting reads, and not repeat commands', async () => {
    const options = { ...TIMEOUTS, reconnectStrategy: () => 100 };
    const main = persistentClient(targetOf(env), options);
    const reader: RedisClient = main.duplicate();
    const faults: string[] = [];
    main.on('error', (error: Error) => faults.push(error.message));
    reader.on('error', () => undefined);
    await Promise.all([main.connect(), reader.connect()]);
    const messages: string[] = [];
    await reader.subscribe('news', (message) => messages.push(message));
    const portOf = async () => (await main.info('server')).match(/tcp_port:(\d+)/)?.[1];
    await main.xAdd('log', '*', { n: '1' });
    await main.set('n', '0');
    await main.sendCommand(['WAIT', '1', '2000']);
    await first.process.kill();

    await expect(main.incr('n')).rejects.toThrow();
    expect(main.isReady).toBe(false);
    // A read on a new connection waits for the new master.
    const blocked = reader.duplicate();
    blocked.on('error', () => undefined);
    void blocked.connect();
    expect(await blocked.xLen('log')).toBe(1);
    await expect.poll(() => main.isReady).toBe(true);
    expect(await portOf()).toBe(String(second.port));
    expect(await main.get('n')).toBe('0');
    await expect
      .poll(async () => (await main.publish('news', 'again')) > 0 && messages.includes('again'))
      .toBe(true);
    expect(faults.length).toBeGreaterThan(0);
    for (const client of [main, reader, blocked]) client.destroy();
  });
});
