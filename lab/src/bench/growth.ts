import { Arrivals } from './harness/arrivals.ts';
import { startTocsin } from './peers/tocsin.ts';
import type { Peer, StartOptions } from './peers/peer.ts';
import type { GrowthRow } from './report/result.ts';
import { withClients } from './workloads/clients/clients.ts';
import { oneClientEach } from './workloads/many-feeds.ts';
import { Publisher } from './workloads/publisher.ts';
import { withWatchers, type Audience } from './workloads/clients/watchers.ts';
import { type Numbers, type Sizes } from './workloads/workload.ts';

const GROWTH = { instances: [1, 2, 4], feeds: [1, 10, 100, 1_000], history: [100, 1_000, 10_000] };
/** The sizes with `--profile`: only 1,000 feeds on two instances. */
const PROFILED: typeof GROWTH = { instances: [2], feeds: [1_000], history: [] };
const IN_FLIGHT = 64;
const PER_REQUEST = 100;

interface GrowthContext {
  sizes: Sizes;
  numbers: Numbers;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** Measures single messages spread over feeds that have one client each, so each message is delivered once. */
const measureSpread = (peer: Peer, audience: Audience, context: GrowthContext) =>
  withWatchers(peer, context, audience, async (watchers) => {
    await watchers.begin();
    const { rate = Number.NaN, cpu = Number.NaN } = await watchers.measure(IN_FLIGHT);
    return { rate, cpu };
  });

/** Publishes `count` notifications to a feed, and waits until they have arrived. */
async function fill(
  peer: Peer,
  feed: string,
  count: number,
  { numbers, sizes }: GrowthContext,
): Promise<void> {
  const publisher = await Publisher.open(peer, 1, sizes.payload);
  const first = numbers.next;
  const arrivals = new Arrivals({ clients: 1, first });
  try {
    await withClients(
      peer,
      { count: 1, onMessage: (client, message) => arrivals.take(client, message), feedOf: () => feed },
      async () => {
        for (let done = 0; done < count; done += PER_REQUEST) {
          await publisher.publish(
            Array.from({ length: PER_REQUEST }, () => numbers.take()),
            { feed },
          );
        }
        await arrivals.all(numbers.next - first, sizes.patienceMs);
      },
    );
  } finally {
    publisher.close();
  }
}

/** Measures what a notification costs as feeds, instances and history grow. @throws Failure if a message is missing */
export async function measureGrowth(
  options: Omit<StartOptions, 'instances'>,
  context: GrowthContext,
): Promise<GrowthRow[]> {
  const rows: GrowthRow[] = [];
  const sizes = options.profile ? PROFILED : GROWTH;
  const measure = async (peer: Peer, what: string, size: number, audience: Audience) => {
    if (context.signal.aborted) return;
    context.say(`growth: ${what} ${size}`);
    rows.push({ what, size, ...(await measureSpread(peer, audience, context)) });
  };
  for (const instances of sizes.instances) {
    const peer = await startTocsin({ ...options, instances });
    try {
      await measureSpread(peer, oneClientEach('warm', 10), context);
      if (!options.profile) await measure(peer, 'instances', instances, oneClientEach('instances', 10));
      if (instances !== 2) continue;
      for (const count of sizes.feeds)
        await measure(peer, 'feeds', count, oneClientEach(`feeds-${count}`, count));
      for (const count of sizes.history) {
        const audience = oneClientEach(`history-${count}`, 1);
        await fill(peer, audience.feedOf(0), count, context);
        await measure(peer, 'history', count, audience);
      }
    } finally {
      await peer.stop();
    }
  }
  return rows;
}
