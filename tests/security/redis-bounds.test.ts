import { randomBytes } from 'node:crypto';
import { MAX_READ_IDS, SECRETS } from '@tocsin/contracts';
import { Observer } from '@tocsin/lab';
import { signToken, startStack, type Stack } from '@tocsin/tools';
import { parseRedisInfo } from '@tocsin/service/redis-info';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/state.ts';

/** The document limit per reader or address in this test. */
const MAX_DOCUMENTS = 20;
/** Maximum size of the empty document that temporarily takes a replaced document's place (bytes). */
const MAX_TOMBSTONE_BYTES = 100;
/** The maximum broadcast stream size in this test (bytes). */
const STREAM_BYTES = 1024 * 1024;
/**
 * Maximum growth of Redis's memory (bytes). A document can be 40,000 bytes long, and Redis can need double that.
 * Publications need memory too.
 */
const MAX_GROWTH = 2 * MAX_DOCUMENTS * 40_000 + 2 * STREAM_BYTES + 8 * 1024 * 1024;
const ATTACK_MS = 20_000;
const LANES = 8;
const TOPICS = Array.from({ length: 30 }, (_, n) => `topic:t${n}`);
/** Ids of the maximum length, which make a reader's document large. */
const idOf = (topic: string, n: number) => `${topic.slice(6)}-${n}-`.padEnd(128, 'x');

const secret = randomBytes(32).toString('hex');
let stack: Stack;
let redis: ReturnType<typeof createClient>;
let observer: Observer;
let token: string;
beforeAll(async () => {
  stack = await startStack({
    bffs: 2,
    secrets: { [`NOTIFICATION_SECRETS_${SECRETS.jwt.name}`]: secret },
    // Allows ten times as many writes a minute as the default.
    env: {
      WRITES_PER_MINUTE: '6000',
      DOCUMENTS_PER_READER: String(MAX_DOCUMENTS),
      BROADCAST_BYTES: String(STREAM_BYTES),
    },
    bffEnv: (index) => (index === 0 ? { AUTH_MODE: 'jwt' } : {}),
  });
  redis = createClient({ url: `redis://${stack.redisHost}` });
  await redis.connect();
  token = await signToken({
    claims: { sub: 'mallory', feeds: ['*'], roles: [] },
    exp: Math.floor(Date.now() / 1000) + 3_600,
    ...{ issuer: 'tocsin', audience: 'tocsin', secret },
  });
  observer = new Observer('client', stack.bffs[1]?.url ?? '');
  await observer.ready();
  for (const feed of TOPICS) {
    const body = Array.from({ length: 400 }, (_, n) => ({ id: idOf(feed, n), feed, title: 'x' }));
    expect(await publish(body)).toBe(202);
  }
  await untilStable();
});
afterAll(async () => {
  observer.close();
  await redis.close();
  await stack.stop();
});

const publish = async (body: unknown): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  return (await fetch(`${stack.producers[0]?.url}/notifications`, init)).status;
};
/** Returns the contents of the documents whose keys match `pattern`. */
const contentsOf = async (pattern: string): Promise<string[]> => {
  const keys = await redis.keys(pattern);
  const contents = await Promise.all(keys.map((key) => redis.hGet(key, 'data')));
  return contents.filter((content) => content !== null && content !== undefined);
};
const usedMemory = async () => Number(parseRedisInfo(await redis.info('memory')).get('used_memory'));
/** Waits until memory usage is stable: published notifications take a while to leave the streams. */
const untilStable = async () => {
  let before = Infinity;
  await eventually(async () => {
    const now = await usedMemory();
    const isStable = Math.abs(now - before) < 100_000;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    return isStable;
  }, 90_000);
};

/**
 * Runs `attack` as often as possible while publishing. Resolves with the memory growth over the whole run and over its
 * second half.
 */
async function runUnderAttack(attack: (n: number) => Promise<Response>) {
  const before = await usedMemory();
  const end = Date.now() + ATTACK_MS;
  const statuses = new Map<number, number>();
  let n = 0;
  const lane = async () => {
    while (Date.now() < end) {
      const { status } = await attack(n++);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const published: string[] = [];
  let halfway = 0;
  const publishRepeatedly = async () => {
    while (Date.now() < end) {
      const id = `beside-${n}-${published.length}`;
      expect(await publish({ id, title: 'x' })).toBe(202);
      published.push(id);
      if (halfway === 0 && end - Date.now() < ATTACK_MS / 2) halfway = await usedMemory();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await Promise.all([publishRepeatedly(), ...Array.from({ length: LANES }, lane)]);
  const after = await usedMemory();
  await observer.untilShown(published, 30_000);
  const growth = { total: after - before, secondHalf: after - halfway };
  console.log('requests', n, Object.fromEntries(statuses), 'bytes', growth, 'bound', MAX_GROWTH);
  expect(statuses.get(204) ?? 0).toBeGreaterThan(100);
  expect(published.length).toBeGreaterThan(20);
  return growth;
}

describe('the memory that a reader can use in Redis', () => {
  it('should be limited for a signed-in reader who keeps marking many notifications as read', async () => {
    const ids = (topic: string, n: number) =>
      n % 3 === 0
        ? Array.from({ length: MAX_READ_IDS }, (_, i) => `never-${n}-${i}-`.padEnd(128, 'y'))
        : Array.from({ length: 2 + ((n * 7) % 300) }, (_, i) => idOf(topic, 399 - i));
    const growth = await runUnderAttack((n) => {
      const feed = TOPICS[n % TOPICS.length] as string;
      return fetch(`${stack.bffs[0]?.url}/app/notifications/read`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ feed, ids: ids(feed, n) }),
      });
    });
    expect(growth.total).toBeLessThan(MAX_GROWTH);
    expect((await redis.keys('bff||read:*')).length).toBeLessThanOrEqual(MAX_DOCUMENTS);
  });

  it('should be limited for an anonymous reader who pretends to be a new browser each time', async () => {
    const growth = await runUnderAttack((n) => {
      const clientId = `browser-${n}`;
      const [feed = ''] = TOPICS;
      const [path, method, body]: readonly [string, string, object] =
        n % 2 === 0
          ? [
              'mutes',
              'PUT',
              { feeds: Array.from({ length: 200 }, (_, i) => `topic:${idOf(feed, i)}`), severities: [] },
            ]
          : [
              'notifications/read',
              'POST',
              { feed, ids: Array.from({ length: 250 }, (_, i) => idOf(feed, 399 - i)) },
            ];
      return fetch(`${stack.bffs[1]?.url}/app/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, clientId }),
      });
    });
    expect(growth.total).toBeLessThan(MAX_GROWTH);
    const documents = [...(await contentsOf('bff||read:client*')), ...(await contentsOf('bff||mutes:*'))];
    // A replaced document leaves an empty one with a short lifetime.
    const kept = documents.filter((content) => Buffer.byteLength(content) > MAX_TOMBSTONE_BYTES);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThanOrEqual(MAX_DOCUMENTS + LANES);
  });
});
