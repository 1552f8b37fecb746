import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import {
  COMPONENTS,
  headKey,
  idsKey,
  type Head,
  ORIGIN_KEY,
  SET_ASIDE_INDEX_KEY,
  setAsideKey,
  type SetAside,
} from '@tocsin/contracts';
import { createLogger, DaprAuditSink, DaprClaimCheck, Sidecar } from '@tocsin/service';
import { plainTarget } from '@tocsin/service/redis';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DaprCheckpoints } from '../../bff/src/dapr/checkpoints.ts';
import { DaprFeedLog } from '../../bff/src/dapr/feed-log.ts';
import { DaprInstanceBoard } from '../../bff/src/dapr/boards/instance-board.ts';
import { DaprPastHourStore } from '../../bff/src/dapr/boards/past-hour-store.ts';
import { DaprOrigin } from '../../bff/src/dapr/origin.ts';
import { DaprReaderStore } from '../../bff/src/dapr/reader-store.ts';
import { DaprSetAside } from '../../bff/src/dapr/set-aside.ts';
import { auditClient } from '../../bff/src/redis/audit-client.ts';
import { RedisAuditReader } from '../../bff/src/redis/audit-reader.ts';
import { RedisConnection } from '../../bff/src/redis/connection.ts';
import { RedisBroadcaster } from '../../bff/src/socketio/redis-broadcaster.ts';
import { auditTrailSuite } from '../../bff/testing/suites/audit-trail.ts';
import { anEvent, broadcasterSuite, listen, waitUntil } from '../../bff/testing/suites/broadcaster.ts';
import { checkpointsSuite } from '../../bff/testing/suites/checkpoints.ts';
import { aFeed, feedLogSuite, segmentOf } from '../../bff/testing/suites/feed-log.ts';
import { instanceBoardSuite } from '../../bff/testing/suites/instance-board.ts';
import { pastHourStoreSuite } from '../../bff/testing/suites/past-hour-store.ts';
import { originSuite } from '../../bff/testing/suites/origin.ts';
import { readerChannelSuite } from '../../bff/testing/suites/reader-channel.ts';
import { readerStoreSuite } from '../../bff/testing/suites/reader-store.ts';
import { setAsideSuite } from '../../bff/testing/suites/set-aside.ts';
import { unsentIndexSuite } from '../../bff/testing/suites/unsent-index.ts';
import { eventually } from '../support/state.ts';
import { startRelay, type Relay } from '../support/network/relay.ts';

let stack: Stack;
let sidecar: Sidecar;
let relay: Relay;
let audit: ReturnType<typeof auditClient>;
const broadcasters: RedisBroadcaster[] = [];
const connections: RedisConnection[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  stack = await startStack({ bffs: 1, producers: 0 });
  const { app, daprHttpPort: httpPort, daprHeaders } = stack.bffs[0] as Pair;
  // Run only the bff's sidecar: the bff itself would write to the documents under test.
  await app.stop();
  sidecar = new Sidecar({ httpPort, token: daprHeaders['dapr-api-token'], timeoutMs: 5_000 });
  relay = await startRelay(stack.redisHost);
  audit = auditClient(plainTarget(stack.redisHost));
  for (const redisHost of [stack.redisHost, relay.address]) {
    const log = createLogger('bff', 'fatal');
    const connection = new RedisConnection({
      target: plainTarget(redisHost),
      timeoutMs: 2_000,
      name: 'the broadcaster',
      log,
    });
    const broadcaster = new RedisBroadcaster({ connection, maxBytes: 16 * 1024 * 1024, log });
    connection.start();
    connections.push(connection);
    servers.push(new Server(createServer(), { adapter: broadcaster.createAdapter() }));
    broadcasters.push(broadcaster);
  }
  await Promise.all(connections.map((connection) => untilConnected(connection)));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  for (const broadcaster of broadcasters) broadcaster.stop();
  for (const connection of connections) connection.stop();
  relay.stop();
  await audit.close();
  await sidecar.close();
  await stack.stop();
});

async function untilConnected(connection: RedisConnection): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (
      await connection.ready().then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the broadcaster did not become ready');
}

auditTrailSuite('Dapr and Redis', () => {
  const [sink, reader] = [new DaprAuditSink(sidecar), new RedisAuditReader(audit.get)];
  return {
    append: (stream, record) => sink.append(stream, record),
    read: (before, limit) => reader.read(before, limit),
  };
});

feedLogSuite('Dapr', () => new DaprFeedLog(sidecar));
feedLogSuite('Dapr with compression', () => new DaprFeedLog(sidecar, { compressesHistory: true }));

checkpointsSuite('Dapr', () => new DaprCheckpoints(sidecar));

originSuite(
  'Dapr',
  () => new DaprOrigin(sidecar),
  () => new DaprFeedLog(sidecar).removeDocuments([ORIGIN_KEY]),
);

setAsideSuite('Dapr', () => ({
  store: new DaprSetAside(sidecar),
  read: async (entry) => {
    const stored = await sidecar.getState(COMPONENTS.state, setAsideKey(entry));
    return stored?.value as SetAside | undefined;
  },
  list: async () => {
    const stored = await sidecar.getState(COMPONENTS.state, SET_ASIDE_INDEX_KEY);
    return (stored!.value as { entries: string[] }).entries;
  },
}));

instanceBoardSuite('Dapr', () => new DaprInstanceBoard(sidecar));
pastHourStoreSuite('Dapr', () => new DaprPastHourStore(sidecar));

broadcasterSuite('Redis', () => broadcasters);
readerChannelSuite('Redis', () => broadcasters);

readerStoreSuite('Dapr', () => new DaprReaderStore(sidecar));
unsentIndexSuite('Dapr', () => new DaprReaderStore(sidecar));

describe('the real store', () => {
  it('should delete the oldest set-aside records, and count them, when the records exceed the byte limit', async () => {
    const record = (n: number): SetAside => ({
      ...{
        v: 1,
        entry: `event:bounded-${n}`,
        feed: '',
        reason: 'invalid',
        faults: [],
        at: '2026-01-01T00:00:00Z',
      },
      content: 'x'.repeat(10_000),
    });
    let dropped = 0;
    const store = new DaprSetAside(sidecar, { maxBytes: 45_000, onDropped: (count) => (dropped += count) });
    for (let n = 0; n < 8; n++) await store.add(record(n));
    const index = await sidecar.getState(COMPONENTS.state, SET_ASIDE_INDEX_KEY);
    const { entries } = index!.value as { entries: string[] };
    expect(entries.slice(0, 4)).toEqual([7, 6, 5, 4].map((n) => record(n).entry));
    expect(dropped).toBeGreaterThanOrEqual(4);
    const stored = await sidecar.getStates(
      COMPONENTS.state,
      Array.from({ length: 8 }, (_, n) => setAsideKey(record(n).entry)),
    );
    expect(stored.map((document) => document !== undefined)).toEqual(
      Array.from({ length: 8 }, (_, n) => n >= 4),
    );
  });

  it('should let all documents except the head expire, including documents from a rejected commit', async () => {
    const [log, feed] = [new DaprFeedLog(sidecar), aFeed()];
    const [segment, refused] = [segmentOf(feed), segmentOf(feed)];
    const ids = { key: idsKey(feed, 'x'), value: { v: 1, hashes: '' }, bytes: 40, ttlSeconds: 300 } as const;
    const head: Head = {
      ...{ v: 1, epoch: '1-a', version: 1, offset: 0 },
      ...{ segments: [], ids: [], producers: {}, unconfirmed: [] },
    };
    await log.commit([{ feed, head, etag: 0, documents: [segment, ids] }]);
    await expect(log.commit([{ feed, head, etag: 7, documents: [refused] }])).rejects.toThrow();
    const redis = createClient({ url: `redis://${stack.redisHost}` });
    await redis.connect();
    const ttl = (key: string) => redis.ttl(`bff||${key}`);
    for (const { key, ttlSeconds } of [segment, ids, refused]) {
      expect(await ttl(key)).toBeGreaterThan(ttlSeconds - 60);
      expect(await ttl(key)).toBeLessThanOrEqual(ttlSeconds);
    }
    expect(await ttl(headKey(feed))).toBe(-1);
    await redis.close();
  });

  it('should report each unreadable head and return the rest', async () => {
    const [log, feeds] = [new DaprFeedLog(sidecar), Array.from({ length: 12 }, aFeed)];
    const head: Head = {
      ...{ v: 1, epoch: '1-a', version: 1, offset: 0 },
      ...{ segments: [], ids: [], producers: {}, unconfirmed: [] },
    };
    for (const feed of feeds.slice(2)) await log.commit([{ feed, head, etag: 0, documents: [] }]);
    const redis = createClient({ url: `redis://${stack.redisHost}` });
    await redis.connect();
    // The first head isn't a Redis hash. The second is in a newer format.
    await redis.lPush(`bff||${headKey(feeds[0] as string)}`, 'x');
    await redis.hSet(`bff||${headKey(feeds[1] as string)}`, { data: '{"v":99}', version: '1' });
    await redis.close();
    const read = await Promise.allSettled(feeds.map((feed) => log.readHead(feed)));
    expect(read.map(({ status }) => status)).toEqual(feeds.map((_, i) => (i < 2 ? 'rejected' : 'fulfilled')));
    expect(read[1]).toMatchObject({ reason: { name: 'TemporaryError' } });
  });

  it('should reject reads and broadcasts while Redis is down, instead of reporting documents as missing', async () => {
    const feed = `topic:${randomUUID()}`;
    const [first, second] = broadcasters as [RedisBroadcaster, RedisBroadcaster];
    const received = [listen(first, feed), listen(second, feed)];
    await first.broadcast([anEvent(1, feed)]);
    await waitUntil(() => received.every(({ length }) => length === 1));
    const log = new DaprFeedLog(sidecar);
    const key = segmentOf(feed).key;
    await stack.redis.kill();
    await expect(first.broadcast([anEvent(3, feed)])).rejects.toThrow();
    await expect(first.broadcast([anEvent(3, feed)])).rejects.toThrow();
    await expect(log.readHead(feed)).rejects.toThrow();
    await expect(log.readDocuments([key])).rejects.toThrow();
    await expect(new DaprClaimCheck(sidecar).peek('entry:P0000001:all:1')).rejects.toThrow();
    await stack.revive('redis');
    await Promise.all(connections.map((connection) => untilConnected(connection)));
    for (let offset = 3; offset <= 21; offset += 2) await first.broadcast([anEvent(offset, feed)]);
    await waitUntil(() => received.every((events) => events.at(-1)?.publications[0]?.offset === 21));
    for (const events of received) {
      const offsets = events.map(({ publications }) => publications[0]?.offset ?? 0);
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    }
  });

  it('should recover from silently dropped connections, both when sending and when receiving', async () => {
    const feed = `topic:${randomUUID()}`;
    const [other, sender] = broadcasters as [RedisBroadcaster, RedisBroadcaster];
    const received = [listen(sender, feed), listen(other, feed)];
    await sender.broadcast([anEvent(1, feed)]);
    await waitUntil(() => received.every(({ length }) => length === 1));
    relay.forget();
    await expect(sender.broadcast([anEvent(3, feed)])).rejects.toThrow('did not accept an event');
    const tryBroadcast = () =>
      sender.broadcast([anEvent(5, feed)]).then(
        () => true,
        () => false,
      );
    await eventually(tryBroadcast, 50_000);
    const first = 9;
    let offset = first - 2;
    await eventually(async () => {
      await other.broadcast([anEvent((offset += 2), feed)]);
      return (received[0]?.at(-1)?.publications[0]?.offset ?? 0) >= first;
    }, 50_000);
  }, 150_000);
});
