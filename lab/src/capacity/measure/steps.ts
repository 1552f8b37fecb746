import { setTimeout as delay } from 'node:timers/promises';
import { partitionOf } from '@tocsin/contracts';
import { REDIS_ROLES, type RedisRole } from '../model/constants.ts';
import { withCrowd } from './crowd.ts';
import { measureEventBytes, contentsOf, inject, newestEvent } from './inject.ts';
import { memoryOf, type Rig } from './rig.ts';
import { SIZES } from './sizes.ts';
import { measureAnnouncement, measureMemory, measureReaders, measureReplaced } from './data-sizes.ts';
import { executionTimes, usedMemory } from './stored.ts';
import type { Pace } from './publish.ts';
import { feedOf, Steps, type Context } from './stepper.ts';
import type { Window } from './window.ts';

/** Values that are measured outside the windows. */
export interface OtherMeasurements {
  /** Memory per warmed-up process by kind (bytes). */
  process: { producer: number; producerSidecar: number; bff: number; bffSidecar: number };
  /** Memory growth per item in all bffs together (bytes). */
  growth: { connection: number; view: number; ringPublication: number };
  pushBytes: number;
  positionBytes: number;
  announcementBytes: number;
  eventBytes: number;
  readerBytes: number;
  replacedBytes: number;
  emptyBytes: number;
  feedBytes: number;
  publicationBytes: number;
  idBytes: number;
  executionTimes: Record<RedisRole, number>;
  rates: { singles: number; arrays: number; partition: number };
}

/**
 * Publishes until V8 has compiled the code and one-time allocations are done. Instances keep watching a feed for a
 * minute after the last client leaves, so the clients here subscribe only to feeds that no later window uses.
 */
async function warmUp(steps: Steps): Promise<void> {
  const { rig } = steps;
  steps.context.say(`${rig.instances} bffs: warming up`);
  const watched = feedOf('warm', SIZES.feeds);
  await withCrowd(rig, { count: 200, feedOf: watched }, () =>
    steps.publish({ rate: SIZES.warmRate, requests: SIZES.warmRequests, feedOf: watched }),
  );
  const feedAt = feedOf('entry', SIZES.feeds);
  await steps.publishAt(SIZES.entryRate, SIZES.warmSeconds, feedAt);
  await steps.publishAt(SIZES.batchRate, 2, watched, { size: SIZES.batch });
}

/** Measures the cost of entries, and of receiving events. */
async function measureEntries(steps: Steps): Promise<void> {
  const feedAt = feedOf('entry', SIZES.feeds);
  for (let round = 0; round < SIZES.entryRounds; round++) {
    await steps.window('entries', () => steps.publishAt(SIZES.entryRate, SIZES.entrySeconds, feedAt));
  }
  await steps.window('infrequent entries', () =>
    steps.publishAt(SIZES.infrequentRate, SIZES.infrequentSeconds, feedAt),
  );
  const single = await newestEvent(steps.rig);
  for (const rate of SIZES.hearRates) {
    const pace = { rate, count: rate * SIZES.hearSeconds };
    await steps.window(`write ${rate}`, () => inject(steps.rig, single, { ...pace, heard: false }));
    await steps.window(`hear ${rate}`, () => inject(steps.rig, single, pace));
  }
}

/** Measures, on a single instance, the costs that depend on the instance count. */
export async function measureSingleInstance(rig: Rig, context: Context): Promise<Window[]> {
  const steps = new Steps(rig, context);
  await warmUp(steps);
  await measureEntries(steps);
  return steps.windows;
}

/** Measures all costs on two instances. */
export async function measureAll(
  rig: Rig,
  context: Context,
): Promise<{ windows: Window[]; measurements: OtherMeasurements }> {
  const steps = new Steps(rig, context);
  const emptyBytes = await usedMemory(rig);
  const viewFeedAt = feedOf('view', SIZES.views);
  await warmUp(steps);
  const before = await executionTimes(rig);
  await measureEntries(steps);
  const after = await executionTimes(rig);
  const executed = Object.fromEntries(
    REDIS_ROLES.map((role) => [role, after[role] - before[role]]),
  ) as OtherMeasurements['executionTimes'];
  const eventBytes = await measureEventBytes(rig);
  const process = {
    producer: memoryOf(rig, 'producer'),
    producerSidecar: memoryOf(rig, 'producerSidecar'),
    bff: memoryOf(rig, 'bff') / rig.instances,
    bffSidecar: memoryOf(rig, 'bffSidecar') / rig.instances,
  };
  const pushBytes = await measureWatched(steps);
  const { batch: size, views } = SIZES;
  await steps.publish({
    ...{ rate: SIZES.batchRate, requests: views / size, size },
    ...{ spread: true, feedOf: viewFeedAt },
  });
  await measureShared(steps);
  await steps.idle('idle', SIZES.idleSeconds);
  const positionBytes = await measureCrowd(steps);
  await measureViews(steps, viewFeedAt);
  const rates = await measureRates(steps);
  const announcementBytes = await measureAnnouncement(steps);
  const replacedBytes = await measureReplaced(steps);
  const readerBytes = await measureReaders(steps);
  // Measure memory last: garbage collection would distort other measurements.
  const { growth, bytes } = await measureMemory(steps);
  return {
    windows: steps.windows,
    measurements: {
      process,
      growth,
      pushBytes,
      positionBytes,
      announcementBytes,
      eventBytes,
      readerBytes,
      replacedBytes,
      emptyBytes,
      ...bytes,
      executionTimes: executed,
      rates,
    },
  };
}

/** Measures entries shared by concurrent POSTs, by multiple notifications for the same feed, or by multiple feeds. */
async function measureShared(steps: Steps): Promise<void> {
  const { batch, batchRate, busyLanes, busyRequests, entrySeconds, feeds, spreadRate } = SIZES;
  const many = feedOf('busy', SIZES.manyFeeds);
  const pace = { requests: busyRequests, lanes: busyLanes, feedOf: many };
  await steps.window('shared entries', () => steps.publishAt(SIZES.sharedRate, SIZES.sharedSeconds, many));
  await steps.window('busy', () => steps.publish(pace));
  await steps.window('spread arrays', () =>
    steps.publishAt(spreadRate, entrySeconds, many, { size: batch, spread: true }),
  );
  await injectNewest(steps, 'hear spread arrays');
  await steps.window('arrays', () =>
    steps.publishAt(batchRate, entrySeconds, feedOf('busy', feeds), { size: batch }),
  );
  await injectNewest(steps, 'hear arrays');
}

/** Measures the cost of receiving a message by sending copies of the newest message. */
async function injectNewest(steps: Steps, step: string): Promise<void> {
  const message = await newestEvent(steps.rig);
  const pace = { rate: SIZES.hearArraysRate, count: SIZES.hearArrays };
  await steps.window(step, async () => ({
    ...(await inject(steps.rig, message, pace)),
    ...contentsOf(message),
  }));
}

/**
 * Measures what subscribers add to the cost of an event. Watched feeds have clients on every instance, and unwatched
 * feeds have none. The difference is small, so the two kinds of windows alternate to cancel out drift. Returns the
 * average size in bytes of an event pushed to a client.
 */
async function measureWatched(steps: Steps): Promise<number> {
  const { showClients, showFeeds, showRate, showRounds, showSeconds, showSize: size } = SIZES;
  const watched = feedOf('shown', showFeeds);
  const unwatched = feedOf('hidden', showFeeds);
  for (const feedAt of [watched, unwatched])
    await steps.publish({ rate: 100, requests: showFeeds, feedOf: feedAt });
  const crowd = { count: showClients, feedOf: clientsOf(watched, showFeeds) };
  return withCrowd(steps.rig, crowd, async (received) => {
    received.reset();
    let before = 0;
    const windowOf = (step: string, feedAt: (index: number) => string) =>
      steps.window(step, async () => {
        const done = await steps.publishAt(showRate, showSeconds, feedAt, { size, spread: true });
        await delay(ARRIVE_MS);
        const pushes = received.pushes - before;
        before = received.pushes;
        return { ...done, connections: showClients, pushes };
      });
    for (let round = 0; round < showRounds; round++) {
      await windowOf('unwatched', unwatched);
      await windowOf('shows', watched);
    }
    return received.pushBytes / Math.max(1, received.pushes);
  });
}

/** Consecutive clients connect to different instances and share a feed, so each feed has clients on all instances. */
const clientsOf =
  (feedAt: (index: number) => string, feeds: number) =>
  (client: number): string =>
    feedAt(Math.floor(client / Math.ceil(SIZES.showClients / feeds)));

/** How long to wait after publishing for the last message to arrive (ms). */
const ARRIVE_MS = 300;

/**
 * Measures what connecting, idling and receiving cost for many clients on one feed. Returns a `position` event's size
 * in bytes.
 */
async function measureCrowd(steps: Steps): Promise<number> {
  const count = SIZES.crowd;
  const feedAt = () => 'topic:crowd';
  await steps.publish({ requests: 1, feedOf: feedAt });
  return steps.crowd('crowd connects', { count, feedOf: feedAt }, async (received) => {
    received.reset();
    await steps.idle('crowd idle', SIZES.crowdIdleSeconds, count);
    // Connections get their first ping 25 s after they open.
    await steps.idle('crowd pings', SIZES.crowdPingsSeconds, count, count);
    const positionBytes = received.positionBytes / Math.max(1, received.positions);
    received.reset();
    await steps.window('crowd pushes', async () => {
      const done = await steps.publishAt(SIZES.pushRate, SIZES.pushSeconds, feedAt);
      await delay(ARRIVE_MS);
      return { ...done, connections: count, pushes: received.pushes };
    });
    return positionBytes;
  });
}

/**
 * Measures what a watched feed costs, using many feeds with one client each. The instances compare these feeds with the
 * stored heads 2 s after the clients subscribe, and again after 24 to 32 s.
 */
async function measureViews(steps: Steps, feedAt: (index: number) => string): Promise<void> {
  const count = SIZES.views;
  await steps.crowd('views connect', { count, feedOf: feedAt }, async () => {
    const subscribed = performance.now();
    const until = (seconds: number) => delay(subscribed + seconds * 1000 - performance.now());
    await steps.idle('views compare', COMPARING_SECONDS, count);
    await until(QUIET_SECONDS.from);
    await steps.idle('views idle', QUIET_SECONDS.to - QUIET_SECONDS.from, count, count);
  });
}

/** Long enough to include the comparisons after 2 s. */
const COMPARING_SECONDS = 10;
/** Includes the ping at 25 s and some of the comparisons after 24 to 32 s. */
const QUIET_SECONDS = { from: 18.5, to: 30 };

/**
 * Measures the maximum rates for a single feed and for many feeds in the same partition, on an otherwise idle machine.
 */
async function measureRates(steps: Steps): Promise<OtherMeasurements['rates']> {
  const { rig } = steps;
  const rateOf = async (requests: number, pace: Pick<Pace, 'size' | 'lanes' | 'feedOf'>) => {
    const started = performance.now();
    const { notifications = 0 } = await steps.publish({ requests, ...pace });
    return notifications / ((performance.now() - started) / 1000);
  };
  const feedOf = () => 'topic:one';
  steps.context.say(`${rig.instances} bffs: one feed, one partition`);
  return withCrowd(rig, { count: 1, feedOf }, async () => ({
    singles: await rateOf(SIZES.oneFeedSingles, { lanes: SIZES.busyLanes, feedOf }),
    arrays: await rateOf(SIZES.oneFeedArrays, { size: SIZES.batch, lanes: 8, feedOf }),
    partition: await rateOf(SIZES.partitionSingles, {
      lanes: SIZES.partitionLanes,
      feedOf: (index) => feedsInOnePartition[index % SIZES.manyFeeds] as string,
    }),
  }));
}

/** The default of `PARTITIONS`. */
const PARTITIONS = 2;
const feedsInOnePartition = Array.from({ length: 4 * SIZES.manyFeeds }, (_, index) => `topic:turns-${index}`)
  .filter((feed) => partitionOf(feed, PARTITIONS) === 0)
  .slice(0, SIZES.manyFeeds);
