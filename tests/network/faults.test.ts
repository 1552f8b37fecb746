import { setTimeout as delay } from 'node:timers/promises';
import { Caller, Observer, audit, isClean, makeNotifications } from '@tocsin/lab';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStream } from '../support/stream.ts';
import { postOnce, type PostResult } from './post-once.ts';
import { missingEngine } from './container-engine.ts';
import { FAULTS, type Fault } from './faults.ts';
import { startProxiedRedis, type ProxiedRedis } from './proxied-redis.ts';
import type { Toxiproxy } from './toxiproxy.ts';

/**
 * Maximum time (ms) after a fault for deliveries to resume and all delayed notifications to arrive. The tests double it
 * for slow machines.
 */
const BOUNDS = { resumed: 5_000, complete: 20_000 };
/** The producer's response time limit (ms). */
const REQUEST_TIMEOUT_MS = 5_000;

const missing = await missingEngine();
if (missing)
  console.log(`The network fault tests did not run, because containers cannot be started: ${missing}`);

describe.skipIf(missing)('services with a faulty connection to Redis', () => {
  let redis: ProxiedRedis | undefined;
  let stack: Stack | undefined;
  let toxiproxy: Toxiproxy;
  let caller: Caller;
  let observers: Observer[] = [];

  beforeAll(async () => {
    redis = await startProxiedRedis();
    toxiproxy = redis.toxiproxy;
    stack = await startStack({
      redisHost: redis.redisHost,
      producerEnv: { REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS) },
    });
    caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
    observers = stack.bffs.flatMap(({ name, url }) =>
      [1, 2].map((number) => new Observer(`client ${number} on ${name}`, url)),
    );
    await Promise.all(observers.map((observer) => observer.ready()));
  });
  afterAll(async () => {
    for (const observer of observers) observer.close();
    try {
      await stack?.stop();
    } finally {
      await redis?.stop();
    }
  });

  /** Resolves with the milliseconds since `from` when every client has shown `ids`. */
  async function shownAfter(from: number, ids: Iterable<string>, timeoutMs: number): Promise<number> {
    const expected = new Set(ids);
    await Promise.all(observers.map((observer) => observer.untilShown(expected, timeoutMs)));
    const times = observers.flatMap(({ shown }) =>
      shown.filter(({ id }) => expected.has(id)).map(({ at }) => at),
    );
    return Math.max(0, Math.round(Math.max(...times) - from));
  }

  function expectCleanLedger(): void {
    const audits = observers.map((observer) => audit(observer, caller.acknowledged.keys()));
    expect(audits.filter((result) => !isClean(result) || result.reportedGaps > 0)).toEqual([]);
  }

  /** Posts to the producer until `end`. Never retries. */
  async function postUntil(end: number, body: string | undefined): Promise<PostResult[]> {
    const results: PostResult[] = [];
    const url = stack?.producers[0]?.url ?? '';
    while (Date.now() < end) {
      for (const notification of makeNotifications(1, { label: 'posted' }))
        results.push(await postOnce(url, { ...notification, ...(body && { body }) }));
      await delay(50);
    }
    return results;
  }

  /**
   * Publishes a stream of notifications during a fault, and also posts single notifications. Afterwards, posts these
   * single notifications again.
   */
  async function runThroughFault(fault: Fault): Promise<PostResult[]> {
    const stream = startStream(caller, 'stream');
    await caller.post(makeNotifications(1, { label: 'before' }));
    const endFault = await fault.start(toxiproxy);
    let results: PostResult[];
    let endedAt: number;
    try {
      results = await postUntil(Date.now() + fault.durationMs, fault.body);
    } finally {
      endedAt = Date.now();
      await endFault();
    }
    const posted = new Set(results.map(({ notification }) => notification.id));
    const deliveredDuringFault = observers.map(
      ({ shown }) => shown.filter(({ id, at }) => posted.has(id) && at < endedAt).length,
    );
    const next = makeNotifications(1, { label: 'after' });
    await caller.post(next);
    const resumed = await shownAfter(
      endedAt,
      next.map(({ id }) => id),
      30_000,
    );
    await stream.stop();
    for (const { notification } of results) await caller.post([notification]);
    const complete = await shownAfter(endedAt, caller.acknowledged.keys(), 2 * BOUNDS.complete);
    console.log(
      `${fault.name}: ${statuses(results)}; deliveries continued ${resumed} ms after the fault ended, ` +
        `all notifications had arrived after ${complete} ms`,
    );
    expectCleanLedger();
    if (fault.keepsDelivering) expect(Math.min(...deliveredDuringFault)).toBeGreaterThan(0);
    expect(resumed).toBeLessThan(2 * BOUNDS.resumed);
    return results;
  }

  it.each(FAULTS)('should respond in time, recover and lose no notifications: $name', async (fault) => {
    const results = await runThroughFault(fault);
    for (const { status, problem, notification, ms } of results) {
      expect([202, 503]).toContain(status);
      if (status === 503) {
        expect(problem).toMatchObject({ type: 'application/problem+json', ids: [notification.id] });
      }
      expect(ms).toBeLessThan(2 * REQUEST_TIMEOUT_MS);
    }
    const seen = new Set(results.map(({ status }) => status));
    for (const status of fault.statuses) expect(seen).toContain(status);
  });

  it('should show notifications that were acknowledged while Redis’s replies were lost, even if nothing else is published', async () => {
    await toxiproxy.addToxics([
      { type: 'timeout', stream: 'downstream', attributes: { timeout: 0 }, toxicity: 0.5 },
    ]);
    const posted = makeNotifications(20, { label: 'last' });
    for (const notification of posted) await caller.post([notification]);
    const endedAt = Date.now();
    const delayed = posted.filter(({ id }) =>
      observers.some(({ shown }) => !shown.some((notification) => notification.id === id)),
    );
    await toxiproxy.reset();
    const complete = await shownAfter(endedAt, caller.acknowledged.keys(), 2 * BOUNDS.complete);
    console.log(
      `half of the connections silent: ${delayed.length} of ${posted.length} were delayed, ` +
        `all had arrived ${complete} ms after the fault ended`,
    );
    expectCleanLedger();
  });
});

/** Returns a summary like `202 × 12, 503 × 1 (slowest 5004 ms)`. */
function statuses(results: readonly PostResult[]): string {
  const counts = new Map<number, number>();
  for (const { status } of results) counts.set(status, (counts.get(status) ?? 0) + 1);
  const list = [...counts].map(([status, count]) => `${status} × ${count}`).join(', ');
  return `${list} (slowest ${Math.max(...results.map(({ ms }) => ms))} ms)`;
}
