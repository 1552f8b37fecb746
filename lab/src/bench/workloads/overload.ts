import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '@tocsin/tools/failure';
import type { Peer } from '../peers/peer.ts';
import { quantile } from '../quantile.ts';
import { FEED } from './clients/clients.ts';
import { deferRejection } from './defer-rejection.ts';
import { oneClientEach } from './many-feeds.ts';
import { isAccepted, Publisher } from './publisher.ts';
import { withWatchers, type Audience, type Watchers } from './clients/watchers.ts';
import type { Figures, Sizes, Workload, WorkloadContext } from './workload.ts';

/**
 * Maximum requests in flight during overload. Each request uses a separate connection. A producer accepts 1,000
 * connections (`MAX_CONNECTIONS`), but counts a closed connection until it notices the close. The margin keeps the
 * producer from rejecting replacement connections.
 */
const LANES = 800;
const IN_FLIGHT = 64;
const TICK_MS = 5;
const OVERLOAD_FACTOR = 2;

/**
 * Publishes `rate` messages a second (at least one in total) without waiting for responses.
 * @throws Failure if a response is missing, or has a status other than 200, 202, 429 or 503
 */
export async function offerAll(
  publisher: Publisher,
  rate: number,
  watchers: Pick<Watchers, 'next'>,
  { sizes, signal }: WorkloadContext,
) {
  /** When each message was sent, by message number. */
  const offered = new Map<number, number>();
  const accepted: number[] = [];
  const refusals = new Set<number>();
  const free = Array.from({ length: LANES }, (_, lane) => lane);
  const begun: Promise<void>[] = [];
  const offerOne = async (lane: number) => {
    const { n, feed } = watchers.next();
    offered.set(n, performance.now());
    const { status } = await publisher.offer([n], { lane, feed });
    if (isAccepted(status)) accepted.push(n);
    else refusals.add(status);
    free.push(lane);
  };
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  do {
    const due = 1 + Math.floor(seconds() * rate) - begun.length;
    // Rotate through the connections, so that none is idle long enough for the server to close it.
    for (let i = 0; i < due && free.length > 0; i++)
      begun.push(deferRejection(offerOne(free.shift() as number)));
    await delay(TICK_MS);
  } while (seconds() < sizes.singlesSeconds && !signal.aborted);
  const offeredFor = seconds();
  await Promise.all(begun);
  const unexpected = [...refusals].filter((status) => status !== 429 && status !== 503);
  if (unexpected.length > 0)
    throw new Failure(`The overloaded peer returned ${unexpected.join(', ')} instead of 429 or 503.`);
  return { offered, accepted, offeredFor, acceptedFor: seconds() };
}

/** Waits until all accepted messages have arrived. Rejected messages can arrive as well. */
async function untilArrived(watchers: Watchers, accepted: readonly number[], patienceMs: number) {
  const end = Date.now() + patienceMs;
  while (accepted.some((n) => watchers.completeAt(n) === undefined)) {
    if (Date.now() > end) throw new Failure('Some accepted messages have not arrived.');
    await delay(50);
  }
  watchers.check();
}

async function overloadOf(peer: Peer, context: WorkloadContext, audience: Audience): Promise<Figures> {
  const { sizes } = context;
  return withWatchers(peer, context, audience, async (watchers) => {
    await watchers.begin();
    const { rate: capacity = 0 } = await watchers.measure(IN_FLIGHT);
    const publisher = await Publisher.open(peer, LANES, sizes.payload);
    try {
      const { offered, accepted, offeredFor, acceptedFor } = await offerAll(
        publisher,
        OVERLOAD_FACTOR * capacity,
        watchers,
        context,
      );
      await untilArrived(watchers, accepted, sizes.patienceMs);
      const delays = accepted.map((n) => (watchers.completeAt(n) ?? 0) - (offered.get(n) ?? 0));
      return {
        capacity,
        offered: offered.size / offeredFor,
        accepted: accepted.length / acceptedFor,
        p99: quantile(delays, 0.99) / 1000,
      };
    } finally {
      publisher.close();
    }
  });
}

const oneFeed = ({ singlesClients }: Sizes): Audience => ({
  feedsOf: Array.from({ length: singlesClients }, () => [FEED]),
  feedOf: () => FEED,
});

/** Publishes at twice the capacity. Measures the acceptance rate and the latency of accepted messages. */
export const overload: Workload = {
  id: 'overload',
  peers: ['tocsin'],
  run: (peer, context) => overloadOf(peer, context, oneFeed(context.sizes)),
};

/** Like `overload`, but over many feeds with one client each. */
export const overload1000: Workload = {
  id: 'overload-1000',
  peers: ['tocsin'],
  run: (peer, context) => overloadOf(peer, context, oneClientEach('overload-1000', context.sizes.feeds)),
};
