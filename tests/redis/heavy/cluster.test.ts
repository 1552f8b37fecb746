import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DaprFeedLog } from '../../../bff/src/dapr/feed-log.ts';
import type { HeadWrite } from '../../../bff/src/deliver/ports.ts';
import {
  BROADCAST_STREAM,
  COMPONENTS,
  DOCUMENT_VERSION,
  TOPICS,
  headKey,
  partitionEntryKey,
  partitionOf,
  segmentKey,
} from '@tocsin/contracts';
import { type AnyRedis, type RedisCluster, startCluster } from '@tocsin/lab';
import { Sidecar } from '@tocsin/service';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Flow } from '../../support/flow.ts';
import { streamThrough } from '../../support/redis/stream-through.ts';
import { eventually } from '../../support/state.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-cluster-'));
let running: { stop: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const resource of running.toReversed()) await resource.stop();
  running = [];
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Starts a cluster with six nodes, and a stack that uses only this cluster. */
async function startAll(name: string): Promise<{ cluster: RedisCluster; stack: Stack }> {
  const cluster = await startCluster({ dir, name }, 1);
  running.push(cluster);
  const stack = await startStack({
    redisHost: cluster.address,
    redisSettings: { REDIS_CLUSTER: 'true' },
  });
  running.push(stack);
  return { cluster, stack };
}

const sidecarOf = ({ daprHttpPort: httpPort, daprHeaders }: Pair): Sidecar =>
  new Sidecar({ httpPort, token: daprHeaders['dapr-api-token'], timeoutMs: 20_000 });

describe('a Redis Cluster of three nodes', () => {
  it('should continue after a bff is killed, and never store a head without its documents', async () => {
    const cluster = await startCluster({
      ...{ dir, name: 'three', settings: { 'cluster-require-full-coverage': 'no' } },
    });
    running.push(cluster);
    const redisSettings = { REDIS_CLUSTER: 'true' };
    const stack = await startStack({ redisHost: cluster.address, redisSettings });
    running.push(stack);
    const [bff] = stack.bffs as [Pair, Pair];
    const flow = new Flow(stack, 1);
    await flow.ready();
    await flow.during('killed', async () => {
      await bff.app.kill();
      await bff.app.start();
      await bff.ready();
      return { resumesAt: Date.now(), affected: stack.bffs };
    });
    flow.close();

    const sidecar = sidecarOf(bff);
    const log = new DaprFeedLog(sidecar, { isCluster: true });
    const dead = await cluster.masterOf(TOPICS.partitionAnnouncements);
    const isOn = async (key: string, node: AnyRedis) => (await cluster.masterOf(`bff||${key}`)) === node;
    const pick = async (keyOf: (n: number) => string, isWanted: (is: boolean) => boolean) => {
      for (let n = 0; ; n++) if (isWanted(await isOn(keyOf(n), dead))) return n;
    };
    const segment = await pick((n) => segmentKey('cut-off', String(n)), Boolean);
    const feeds: string[] = [];
    for (let n = 0; feeds.length < 12; n++)
      if (!(await isOn(headKey(`topic:cut-${n}`), dead))) feeds.push(`topic:cut-${n}`);
    await dead.process.kill();
    const survivor = cluster.nodes.find((node) => node !== dead) as AnyRedis;
    await eventually(async () =>
      (await cluster.ask<string>(survivor, 'CLUSTER', 'NODES')).includes('master,fail '),
    );
    const value = { v: DOCUMENT_VERSION, publications: [] };
    const document = { key: segmentKey('cut-off', String(segment)), value, bytes: 40, ttlSeconds: 60 };
    for (const feed of feeds) {
      const write = { feed, head: {}, etag: 0, documents: [document] } as unknown as HeadWrite;
      await expect(log.commit([write])).rejects.toThrow();
      expect(await sidecar.getState(COMPONENTS.state, headKey(feed))).toBeUndefined();
    }
    await sidecar.close();
  });
});

describe('a Redis Cluster of six nodes', () => {
  it.each([
    ['feed head', `bff||${headKey('all')}`],
    ['broadcasts', BROADCAST_STREAM],
    ['announcements', TOPICS.partitionAnnouncements],
    ['entries', partitionEntryKey({ partition: partitionOf('all', 2), run: 'x', seq: 1 })],
  ])('should continue after the master of the %s is killed', async (what, key) => {
    const { cluster, stack } = await startAll(what.replaceAll(' ', '-'));
    const master = await cluster.masterOf(key);
    const results = await streamThrough(stack, () => master.process.kill());
    expect((await cluster.masterOf(key)).port).not.toBe(master.port);
    for (const { duplicated, outOfOrder, skipped, lost, reportedGaps } of results) {
      expect({ duplicated, outOfOrder, skipped }).toEqual({ duplicated: [], outOfOrder: [], skipped: [] });
      expect(lost.length === 0 || reportedGaps > 0).toBe(true);
    }
  });

  it('should continue while slots move to another master', async () => {
    const { cluster, stack } = await startAll('moved');
    const results = await streamThrough(stack, async () => {
      const from = await cluster.masterOf(BROADCAST_STREAM);
      const to = cluster.nodes.slice(0, 3).find((node) => node !== from);
      await cluster.moveSlot(BROADCAST_STREAM, from, to ?? from);
      await delay(1_000);
    });
    for (const { duplicated, outOfOrder, skipped, lost } of results)
      expect({ duplicated, outOfOrder, skipped, lost }).toEqual({
        duplicated: [],
        outOfOrder: [],
        skipped: [],
        lost: [],
      });
  });
});
