import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyRedis, type RedisCluster, startCluster, startRedis } from '@tocsin/lab';
import {
  explainRedisFault,
  persistentClient,
  masterOf,
  mastersOf,
  openOnce,
  readRedisSettings,
  redisTarget,
  slotOf,
} from '@tocsin/service/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Certificates } from '../support/redis/certificates.ts';
import { eventually } from '../support/state.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-cluster-'));
const make = new Certificates(dir);
const ca = make.ca('ca');
/** Long timeouts: idle sockets get closed, and each step can take seconds on a busy machine. */
const TIMEOUTS = { connectTimeout: 10_000, socketTimeout: 30_000 };
const KEYS = Array.from({ length: 30 }, (_, n) => `key-${n}`);
let cluster: RedisCluster;
let plain: AnyRedis;
let env: Record<string, string>;

/** Starts a six-node cluster with TLS and a client certificate. */
beforeAll(async () => {
  const tls = { ca, server: make.signed(ca, 'server') };
  const client = make.signed(ca, 'client');
  cluster = await startCluster(
    { dir, name: 'node', tls, settings: { requirepass: 'secret', masterauth: 'secret' } },
    1,
  );
  plain = await startRedis({ dir, name: 'plain' });
  env = {
    ...{ REDIS_HOST: cluster.address, REDIS_CLUSTER: 'true', REDIS_PASSWORD: 'secret', REDIS_TLS: 'true' },
    ...{ REDIS_CA_FILE: ca.cert, REDIS_CERT_FILE: client.cert, REDIS_KEY_FILE: client.key },
  };
});
afterAll(async () => {
  await cluster.stop();
  await plain.process.stop();
  rmSync(dir, { recursive: true, force: true });
});

const targetOf = (settings: Record<string, string>) => redisTarget(readRedisSettings(settings));

async function outcome(settings: Record<string, string>): Promise<string> {
  const target = targetOf(settings);
  try {
    (await openOnce(target, TIMEOUTS)).destroy();
    return 'open';
  } catch (error) {
    const fault = explainRedisFault(error, target);
    return fault ? `${fault.what}: ${fault.remedy}` : `unexplained: ${String(error)}`;
  }
}

describe('a connection to a Redis Cluster', () => {
  it('should open over TLS, and say what to do if a setting is wrong', async () => {
    expect(await outcome(env)).toBe('open');
    const first = { ...env, REDIS_HOST: cluster.nodes[0]?.address ?? '', REDIS_CLUSTER: 'false' };
    expect(await outcome(first)).toMatch(
      /^is a node of a Redis Cluster \(MOVED .*\): Set REDIS_CLUSTER=true/,
    );
    const other = { REDIS_HOST: plain.address, REDIS_CLUSTER: 'true' };
    expect(await outcome(other)).toMatch(/^is not a node of a Redis Cluster .*: Set REDIS_CLUSTER=false/);
    expect(await outcome({ ...env, REDIS_PASSWORD: 'wrong' })).toMatch(/^rejects the login/);
  });

  it('should send each command to the key’s master, including after the slot moves', async () => {
    const client = await openOnce(targetOf(env), TIMEOUTS);
    expect(mastersOf(client)).toHaveLength(3);
    for (const key of KEYS) await client.set(key, key);
    for (const key of KEYS) expect(await client.get(key)).toBe(key);
    const counts = await Promise.all(mastersOf(client).map((master) => master.dbSize()));
    expect(counts.reduce((sum, count) => sum + count)).toBe(KEYS.length);
    expect(counts.every((count) => count > 0)).toBe(true);
    expect(await masterOf(client, 'key-1').get('key-1')).toBe('key-1');

    const from = await cluster.masterOf('key-1');
    const to = cluster.nodes.slice(0, 3).find((node) => node !== from) as AnyRedis;
    const [toId, fromId] = await Promise.all(
      [to, from].map((node) => cluster.ask<string>(node, 'CLUSTER', 'MYID')),
    );
    const slot = String(slotOf('key-1'));
    // While the slot is moving, the old master replies with ASK for keys that it no longer has.
    await cluster.ask(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId as string);
    await cluster.ask(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId as string);
    await cluster.ask(from, 'DEL', 'key-1');
    await client.set('key-1', 'asked');
    expect(await client.get('key-1')).toBe('asked');
    for (const node of [to, from])
      await cluster.ask(node, 'CLUSTER', 'SETSLOT', slot, 'NODE', toId as string);
    expect(await client.get('key-1')).toBe('asked');
    client.destroy();
  });

  it('should resubscribe once the nodes allow the subscription again', async () => {
    const allow = (...rules: string[]) =>
      Promise.all(cluster.nodes.map((node) => cluster.ask(node, 'ACL', 'SETUSER', 'listener', ...rules)));
    await allow('on', '>secret', '~*', '+@all', 'allchannels');
    const settings = { ...env, REDIS_USERNAME: 'listener' };
    const client = persistentClient(targetOf(settings), { ...TIMEOUTS, reconnectStrategy: () => 100 });
    const faults: string[] = [];
    client.on('error', (error: Error) => faults.push(error.message));
    await client.connect();
    const messages: string[] = [];
    await client.subscribe('news', (message) => messages.push(message));
    // Redis closes a subscriber's connection when the permission is revoked.
    await allow('resetchannels');
    await eventually(async () => faults.some((fault) => fault.includes('NOPERM')));
    await allow('allchannels');
    const [node] = cluster.nodes;
    await eventually(async () => {
      if (node) await cluster.ask(node, 'PUBLISH', 'news', 'again');
      return messages.includes('again');
    });
    client.destroy();
  });

  it('should keep subscriptions and waiting reads during a failover, and not repeat commands', async () => {
    const main = persistentClient(targetOf(env), { ...TIMEOUTS, reconnectStrategy: () => 100 });
    const faults: string[] = [];
    main.on('error', (error: Error) => faults.push(error.message));
    const [reader, subscriber] = [main.duplicate(), main.duplicate()];
    for (const client of [reader, subscriber]) client.on('error', () => undefined);
    await Promise.all([main, reader, subscriber].map((client) => client.connect()));
    const messages: string[] = [];
    await subscriber.subscribe('news', (message) => messages.push(message));
    // Use a key on the master with the subscription, which is the master of slot 0.
    const key = KEYS.find((candidate) => slotOf(candidate) < 5_000) ?? '';
    await main.set(key, '0');
    const master = await cluster.masterOf(key);
    await masterOf(main, key).sendCommand(['WAIT', '1', '2000']);
    const readerLost = once(reader, 'error').catch((error: unknown) => error);
    await master.process.kill();

    await expect(main.incr(key)).rejects.toThrow();
    expect(main.isReady).toBe(false);
    // A read sent before the connection was lost would reject. An unsent read waits for the new master.
    await readerLost;
    expect(await reader.get(key)).toBe('0');
    await eventually(async () => main.isReady);
    expect((await cluster.masterOf(key)).port).not.toBe(master.port);
    expect(await main.get(key)).toBe('0');
    await eventually(async () => (await main.publish('news', 'again')) >= 0 && messages.includes('again'));
    expect(faults.length).toBeGreaterThan(0);
    for (const client of [main, reader, subscriber]) client.destroy();
  });
});
