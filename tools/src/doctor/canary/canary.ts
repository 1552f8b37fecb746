import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { BROADCAST_STREAM } from '@tocsin/contracts';
import type { RedisClient } from '@tocsin/service/redis';
import { z } from 'zod';
import { pollUntil } from '../../net/poll.ts';
import { probe } from '../probe.ts';
import { watch, type Watch } from './canary-watch.ts';
import { fault, type Finding } from '../finding.ts';
import { jsonOf } from '../json-of.ts';
import { isPushed, judgeCanary, type CanaryRun } from './judge-canary.ts';
import type { Target } from '../target.ts';

/** A feed that no page shows. */
const FEED = 'topic:tocsin-doctor';
const LIFE_MS = 5 * 60_000;
const CONNECT_TIMEOUT_MS = 8_000;
/**
 * An instance compares a feed with the store when the first client subscribes, and again 2 s later. The canary waits
 * this long (ms) after the first comparison. The next comparison is then still more than PUSHED_WITHIN_MS away, so a
 * publication that arrives within PUSHED_WITHIN_MS must have been pushed.
 */
const SETTLE_MS = 500;
const MAX_RUN_MS = 6_000;
const MAX_RUNS = 2;

const problemSchema = z.object({ code: z.string(), detail: z.string().optional() });

/**
 * Publishes a notification through the producer and waits for it at each bff. If it is late at a bff, sends a second
 * notification to find out whether the delay was a one-off.
 */
export async function checkCanary(target: Target, redis: RedisClient | Error): Promise<Finding[]> {
  if (target.bffs.length === 0)
    return [
      fault(
        'canary',
        'no bff to receive it',
        'Fix the errors above: without a bff, readers get no notifications.',
      ),
    ];
  const watches = await Promise.all(
    target.bffs.map((bff) =>
      watch({ ...bff, feed: FEED, token: target.token, timeoutMs: CONNECT_TIMEOUT_MS }),
    ),
  );
  try {
    const unsubscribed = watches.filter(({ failure }) => failure() !== undefined).map(notSubscribed);
    const watching = watches.filter(({ failure }) => failure() === undefined);
    await delay(SETTLE_MS);
    let runs: CanaryRun[] = [];
    for (let count = 0; count < MAX_RUNS; count++) {
      const run = await sendCanary(target, watching, redis);
      if (typeof run === 'string') return [...unsubscribed, fault('canary', run, remedyOf(run))];
      runs = [...runs, run];
      const arrivedNowhere = run.arrivals.every(({ ms }) => ms === undefined);
      if (arrivedNowhere || run.arrivals.every(isPushed)) break;
    }
    return [...unsubscribed, ...judgeCanary(runs)];
  } finally {
    for (const { close } of watches) close();
  }
}

/**
 * Sends a canary. Resolves with the arrival time at each bff, measured from the producer's 202, or with an explanation
 * if the canary wasn't accepted.
 */
async function sendCanary(
  target: Target,
  watches: readonly Watch[],
  redis: RedisClient | Error,
): Promise<CanaryRun | string> {
  const [producer] = target.producers;
  if (!producer) return 'no producer to send it to';
  const id = `doctor-${randomUUID()}`;
  const before = redis instanceof Error ? undefined : await lastBroadcast(redis);
  const response = await probe(`${producer.url}/notifications`, {
    method: 'POST',
    headers: target.apiKey ? { 'x-api-key': target.apiKey } : {},
    body: {
      id,
      feed: FEED,
      title: 'Canary from npm run doctor',
      expiresAt: new Date(Date.now() + LIFE_MS).toISOString(),
    },
  });
  if (typeof response === 'string') return `the producer does not respond: ${response}`;
  if (response.status !== 202) {
    const problem = jsonOf(problemSchema, response.text);
    return `the producer returns ${response.status} ${problem?.code ?? ''}: ${problem?.detail ?? response.text.slice(0, 200)}`;
  }
  const acceptedAt = response.receivedAt;
  await pollUntil(async () => watches.every(({ arrivedAt }) => arrivedAt(id) !== undefined), {
    timeoutMs: MAX_RUN_MS,
    everyMs: 20,
  });
  return {
    arrivals: watches.map(({ name, arrivedAt }) => {
      const at = arrivedAt(id);
      return { name, ms: at === undefined ? undefined : Math.max(0, at - acceptedAt) };
    }),
    broadcast:
      before === undefined || redis instanceof Error ? undefined : await isBroadcast(redis, before, id),
  };
}

/** The last id in the broadcast stream, or `undefined` if Redis does not respond. */
async function lastBroadcast(redis: RedisClient): Promise<string | undefined> {
  try {
    const [last] = await redis.xRevRange(BROADCAST_STREAM, '+', '-', { COUNT: 1 });
    return last?.id ?? '0-0';
  } catch {
    return undefined;
  }
}

async function isBroadcast(redis: RedisClient, after: string, id: string): Promise<boolean | undefined> {
  try {
    const events = await redis.xRange(BROADCAST_STREAM, `(${after}`, '+');
    return events.some(({ message }) => message['data']?.includes(id));
  } catch {
    return undefined;
  }
}

const notSubscribed = (failed: Watch): Finding =>
  fault(
    `canary at ${failed.name}`,
    `cannot subscribe: ${failed.failure()}`,
    /token|unauthorized|forbidden/i.test(failed.failure() ?? '')
      ? 'Set a token that can read topic:tocsin-doctor: DOCTOR_TOKEN=$(npm run --silent token -- --sub doctor --feeds tocsin-doctor). With compose or on Kubernetes, sign it with that system’s secret (docs/guides/look-inside.md#ask-the-doctor).'
      : 'Fix the application first. If there is a proxy in front of it, the proxy must allow WebSockets (docs/operations.md).',
  );

const remedyOf = (reason: string): string => {
  if (/ 401 | 403 /.test(reason))
    return 'Set DOCTOR_API_KEY to an API key that can write to topic:tocsin-doctor.';
  return 'Fix the errors above: to accept notifications, the producer needs its sidecar and Redis.';
};
