import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { auditPageSchema, type AuditRecord, type ListedAuditRecord } from '@tocsin/contracts';
import { ROOT, signToken, startStack, type Pair } from '@tocsin/tools';
import { expect } from 'vitest';
import { startLockedRedis } from '../redis/locked-redis.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
export const KEY = 'shop-key';

/** Creates an API key record for some feeds. */
const apiKey = (name: string, key: string) => ({
  ...{ name, hash: createHash('sha256').update(key).digest('hex') },
  ...{ feeds: ['all', 'topic:*', 'user:ben'], perSecond: 1_000 },
});
/** Returns the environment for the sidecars' secret store, with this API key as the only one. */
export const secretsWith = (name: string, key: string) => ({
  NOTIFICATION_KEYS_apikeys: JSON.stringify([apiKey(name, key)]),
});

/**
 * Starts a producer and a bff that require keys and tokens, and a Redis with the users of `docs/redis-users.acl`.
 */
export async function startAuditedStack() {
  const jwt = randomBytes(32).toString('hex');
  const redis = await startLockedRedis();
  const stack = await startStack({
    ...{ redisHost: redis.host, redisUsername: redis.username, redisPassword: redis.password, bffs: 1 },
    producerEnv: { API_KEYS: 'on' },
    bffEnv: { AUTH_MODE: 'jwt' },
    secrets: { NOTIFICATION_SECRETS_jwt: jwt, ...secretsWith('shop', KEY) },
  });
  const producer = stack.producers[0] as Pair;
  const bff = stack.bffs[0] as Pair;

  /** Calls the bff as the reader ada, who has the role `ops` by default. */
  const ops = async (method: string, path: string, body?: object, roles = ['ops']) => {
    const token = await signToken({
      ...{ claims: { sub: 'ada', feeds: ['*'], roles }, exp: Math.floor(Date.now() / 1000) + 3_600 },
      ...{ issuer: 'tocsin', audience: 'tocsin', secret: jwt },
    });
    return fetch(`${bff.url}${path}`, {
      method,
      headers: { ...JSON_TYPE, authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
  };
  return {
    ...{ redis, stack, producer, bff, ops },
    /** Sends a request to the producer with an API key. */
    publisher: (method: string, path: string, body?: object, key = KEY) =>
      fetch(`${producer.url}${path}`, {
        method,
        headers: { ...JSON_TYPE, 'x-api-key': key },
        ...(body && { body: JSON.stringify(body) }),
      }),
    /** Sends a request to an application's sidecar. */
    dapr: (pair: Pick<Pair, 'daprUrl' | 'daprHeaders'>, path: string, body?: object, method = 'POST') =>
      fetch(`${pair.daprUrl}${path}`, {
        method,
        headers: { ...pair.daprHeaders, ...JSON_TYPE, 'x-api-key': KEY },
        ...(body && { body: JSON.stringify(body) }),
      }),
    /** Runs `npm run <name>` against this stack. */
    command: (name: string, ...args: string[]) =>
      promisify(execFile)(process.execPath, ['tools/start.mjs', name, ...args], {
        cwd: ROOT,
        env: {
          ...process.env,
          ...{ DAPR_HTTP_PORT: String(bff.daprHttpPort), DAPR_API_TOKEN: bff.daprHeaders['dapr-api-token'] },
          ...{ REDIS_HOST: redis.host, REDIS_USERNAME: redis.username, REDIS_PASSWORD: redis.password },
        },
      }),
    /** Returns the whole trail, read from the ops API, oldest first. */
    async trail(): Promise<ListedAuditRecord[]> {
      const records: ListedAuditRecord[] = [];
      for (let before = ''; ;) {
        const response = await ops('GET', `/app/ops/audit?limit=200${before && `&before=${before}`}`);
        const page = auditPageSchema.parse(await response.json());
        records.unshift(...page.records.toReversed());
        expect(page.unreadable).toBe(0);
        if (page.next === null) return records;
        before = page.next;
      }
    },
    async stop(): Promise<void> {
      await stack.stop();
      await redis.stop();
    },
  };
}
export type AuditedStack = Awaited<ReturnType<typeof startAuditedStack>>;

/** Formats a record as a line: action, outcome, entry point, actor, count, feeds and ids. */
export const toLine = ({ action, outcome, via, actor, requests, feeds, ids }: AuditRecord): string =>
  [
    ...[action, outcome, via, actor.kind, actor.name ?? '-', actor.claimed ? 'claimed' : '', requests],
    ...[feeds?.first.join() ?? '', ids?.first.join() ?? ''],
  ].join(' ');
