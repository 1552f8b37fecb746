import { Failure } from '../failure.ts';
import { Arrivals } from './harness/arrivals.ts';
import { startTocsin } from './peers/tocsin.ts';
import type { Peer, StartOptions } from './peers/peer.ts';
import type { GrowthRow } from './report/result.ts';
import { withClients } from './works/clients.ts';
import { cpuFigures, startCpu } from './works/cpu.ts';
import { Publisher } from './works/publisher.ts';
import { type Numbers, type Sizes } from './works/work.ts';

const GROWTH = { instances: [1, 2, 4], feeds: [1, 10, 100, 1_000], history: [100, 1_000, 10_000] };
/** A profile shows one thing: what many feeds cost. */
const PROFILED: typeof GROWTH = { instances: [2], feeds: [1_000], history: [] };
const IN_FLIGHT = 64;
const ARRAY = 100;

interface GrowthContext {
  sizes: Sizes;
  numbers: Numbers;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** Singles at 64 in flight, spread over feeds with one client each, so that a message is one delivery whatever grows. */
async function spread(peer: Peer, feeds: readonly string[], { sizes, numbers, signal }: GrowthContext) {
  let last = 0;
  const first = numbers.next;
  const onComplete = () => {
    last = performance.now();
  };
  const arrivals = new Arrivals({ clients: feeds.length, each: 1, first, onComplete });
  const publisher = await Publisher.open(peer, IN_FLIGHT, sizes.payload);
  const onMessage = (client: number, message: Buffer) => arrivals.take(client, message);
  const feedOf = (client: number) => feeds[client] as string;
  try {
    return await withClients(peer, { count: feeds.length, onMessage, feedOf }, async () => {
      // Each feed is known by then: its first entry makes its head.
      for (const feed of feeds) await publisher.publish([numbers.take()], { feed });
      await arrivals.all(numbers.next - first, sizes.patienceMs);
      const from = numbers.next;
      const cpu = startCpu(peer);
      const started = performance.now();
      await publisher.onEachLane(async (lane) => {
        while (performance.now() < started + sizes.singlesSeconds * 1000 && !signal.aborted) {
          const n = numbers.take();
          await publisher.publish([n], { lane, feed: feeds[n % feeds.length] as string });
        }
      });
      await arrivals.all(numbers.next - first, sizes.patienceMs);
      const count = numbers.next - from;
      return { rate: count / ((last - started) / 1000), cpu: cpuFigures(cpu(), count)['cpu'] ?? Number.NaN };
    });
  } finally {
    publisher.close();
  }
}

const feedsOf = (kind: string, count: number) =>
  Array.from({ length: count }, (_, i) => `topic:${kind}-${count}-${i}`);

/** Fills a feed with publications, so that its log is that long. */
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
        for (let done = 0; done < count; done += ARRAY) {
          await publisher.publish(
            Array.from({ length: ARRAY }, () => numbers.take()),
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

/** What a notification of ours costs as feeds, instances and history grow. @throws Failure if a message is missing */
export async function measureGrowth(
  options: Omit<StartOptions, 'instances'>,
  context: GrowthContext,
): Promise<GrowthRow[]> {
  const rows: GrowthRow[] = [];
  const sizes = options.profile ? PROFILED : GROWTH;
  const measure = async (peer: Peer, what: string, size: number, feeds: readonly string[]) => {
    if (context.signal.aborted) return;
    context.say(`growth: ${what} ${size}`);
    rows.push({ what, size, ...(await spread(peer, feeds, context)) });
  };
  for (const instances of sizes.instances) {
    const peer = await startTocsin({ ...options, instances });
    try {
      await spread(peer, feedsOf('warm', 10), context);
      if (!options.profile) await measure(peer, 'instances', instances, feedsOf('instances', 10));
      if (instances !== 2) continue;
      for (const count of sizes.feeds) await measure(peer, 'feeds', count, feedsOf('feeds', count));
      for (const count of sizes.history) {
        const [feed] = feedsOf('history', count);
        if (feed === undefined) throw new Failure('There is no feed to fill.');
        await fill(peer, feed, count, context);
        await measure(peer, 'history', count, [feed]);
      }
    } finally {
      await peer.stop();
    }
  }
  return rows;
}
