import { setTimeout as delay } from 'node:timers/promises';
import { REDIS_ROLES, type RedisRole } from '../model/constants.ts';
import { withCrowd } from './crowd.ts';
import { bytesOfEvent, inject, newestEvent } from './inject.ts';
import { retained } from './retained.ts';
import { depositedEntries, memoryOf, type Rig } from './rig.ts';
import { SIZES } from './sizes.ts';
import {
  bytesOfAnnouncement,
  bytesOfReader,
  bytesOfReplaced,
  executionTimes,
  storedOfFeeds,
  usedMemory,
} from './stored.ts';
import { feedOf, Steps, type Context } from './stepper.ts';
import type { Done, Window } from './window.ts';

/** Values that are measured outside the windows. */
export interface Sights {
  /** Memory of one warmed-up process of each kind, in bytes. */
  process: { producer: number; producerSidecar: number; bff: number; bffSidecar: number };
  /** Memory growth per item in all bffs together, in bytes. */
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
  feedRate: { singles: number; arrays: number };
}

/**
 * Publishes until V8 has compiled the code and one-time allocations are done. Doesn't subscribe to the feeds of later
 * windows, because an instance keeps watching a feed for a minute.
 */
async function warmUp(steps: Steps): Promise<void> {
  const { rig } = steps;
  steps.context.say(`${rig.instances} bffs: warming up`);
  const watched = feedOf('warm', SIZES.feeds);
  await withCrowd(rig, { count: 200, feedOf: watched }, () =>
    steps.publish({ rate: SIZES.warmRate, requests: SIZES.warmRequests, feedOf: watched }),
  );
  const of = feedOf('entry', SIZES.feeds);
  await steps.at(SIZES.entryRate, SIZES.warmSeconds, of);
  await steps.at(SIZES.batchRate, 2, watched, SIZES.batch);
}

/** Measures the cost of an entry, and of receiving an event. */
async function entries(steps: Steps): Promise<void> {
  const of = feedOf('entry', SIZES.feeds);
  for (let round = 0; round < SIZES.entryRounds; round++) {
    await steps.window('entries', () => steps.at(SIZES.entryRate, SIZES.entrySeconds, of));
  }
  await steps.window('seldom entries', () => steps.at(SIZES.seldomRate, SIZES.seldomSeconds, of));
  const single = await newestEvent(steps.rig);
  for (const rate of SIZES.hearRates) {
    const pace = { rate, count: rate * SIZES.hearSeconds };
    await steps.window(`write ${rate}`, () => inject(steps.rig, single, { ...pace, heard: false }));
    await steps.window(`hear ${rate}`, () => inject(steps.rig, single, pace));
  }
}

/** Measures on one instance the costs that depend on the number of instances. */
export async function measureSmall(rig: Rig, context: Context): Promise<Window[]> {
  const steps = new Steps(rig, context);
  await warmUp(steps);
  await entries(steps);
  return steps.windows;
}

/** Measures all costs on two instances. */
export async function measureAll(rig: Rig, context: Context): Promise<{ windows: Window[]; sights: Sights }> {
  const steps = new Steps(rig, context);
  const emptyBytes = await usedMemory(rig);
  const ofViews = feedOf('view', SIZES.views);
  await warmUp(steps);
  const before = await executionTimes(rig);
  await entries(steps);
  const after = await executionTimes(rig);
  const executed = Object.fromEntries(
    REDIS_ROLES.map((role) => [role, after[role] - before[role]]),
  ) as Sights['executionTimes'];
  const [announcementBytes, eventBytes] = [await bytesOfAnnouncement(rig), await bytesOfEvent(rig)];
  const process = {
    producer: memoryOf(rig, 'producer'),
    producerSidecar: memoryOf(rig, 'producerSidecar'),
    bff: memoryOf(rig, 'bff') / rig.instances,
    bffSidecar: memoryOf(rig, 'bffSidecar') / rig.instances,
  };
  const pushBytes = await measureWatched(steps);
  // These feeds are quiet from now on, so the producer re-announces each of them after a minute.
  const quietFrom = performance.now();
  await steps.publish({ rate: 100, requests: SIZES.views, feedOf: ofViews });
  const unwatched = feedOf('busy', SIZES.feeds);
  for (let round = 0; round < SIZES.busyRounds; round++) {
    await steps.window('busy', () => busy(steps, unwatched));
  }
  await steps.window('arrays', () => steps.at(SIZES.batchRate, SIZES.entrySeconds, unwatched, SIZES.batch));
  const array = await newestEvent(rig);
  await steps.window('hear arrays', () => inject(rig, array, { rate: 50, count: 200 }));
  await steps.rest('idle', SIZES.idleSeconds);
  const wait = quietFrom + SIZES.ringAfterSeconds * 1000 - performance.now();
  if (wait > 0) await delay(wait);
  await steps.rest('reannouncements', SIZES.ringSeconds);
  const positionBytes = await measureCrowd(steps);
  await measureViews(steps, ofViews);
  const feedRate = await measureFeedRate(steps);
  const replacedBytes = await measureReplaced(steps);
  const readerBytes = await measureReaders(steps);
  // Measure memory last, because garbage collection would disturb other measurements.
  const { growth, bytes } = await measureMemory(steps);
  return {
    windows: steps.windows,
    sights: {
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
      feedRate,
    },
  };
}

/** Publishes as fast as possible. Notifications that arrive during an entry share the next entry of their partition. */
async function busy(steps: Steps, of: (index: number) => string): Promise<Done> {
  const before = await depositedEntries(steps.rig);
  const { notifications = 0 } = await steps.publish({
    requests: SIZES.busyRequests,
    lanes: SIZES.busyLanes,
    feedOf: of,
  });
  return { notifications, entries: (await depositedEntries(steps.rig)) - before };
}

/**
 * Measures the cost of an event on instances with subscribers: each feed has some clients on every instance. Windows with
 * and without subscribers alternate, because the difference is small. Returns the size of an event in bytes.
 */
async function measureWatched(steps: Steps): Promise<number> {
  const watched = feedOf('shown', SIZES.feeds);
  const unwatched = feedOf('entry', SIZES.feeds);
  await steps.publish({ rate: 100, requests: SIZES.feeds, feedOf: watched });
  const crowd = { count: SIZES.showClients, feedOf: clientsOf(watched, SIZES.feeds) };
  return withCrowd(steps.rig, crowd, async (received) => {
    received.reset();
    let before = 0;
    const windowOf = (step: string, of: (index: number) => string) =>
      steps.window(step, async () => {
        const done = await steps.at(SIZES.entryRate, SIZES.showSeconds, of);
        await delay(ARRIVE_MS);
        const pushes = received.pushes - before;
        before = received.pushes;
        return { ...done, connections: SIZES.showClients, pushes };
      });
    for (let round = 0; round < SIZES.showRounds; round++) {
      await windowOf('unwatched', unwatched);
      await windowOf('shows', watched);
    }
    return received.pushBytes / Math.max(1, received.pushes);
  });
}

/** Consecutive clients connect to different instances and share a feed, so each feed has clients on all instances. */
const clientsOf =
  (of: (index: number) => string, feeds: number) =>
  (client: number): string =>
    of(Math.floor(client / Math.ceil(SIZES.showClients / feeds)));

/** Time until the last message has arrived, in ms. */
const ARRIVE_MS = 300;

/**
 * Measures connecting, idling and receiving for many clients of one feed. Returns the size of a `position` event in
 * bytes.
 */
async function measureCrowd(steps: Steps): Promise<number> {
  const count = SIZES.crowd;
  const of = () => 'topic:crowd';
  await steps.publish({ requests: 1, feedOf: of });
  return steps.crowd('crowd connects', { count, feedOf: of }, async (received) => {
    received.reset();
    await steps.rest('crowd idle', SIZES.crowdIdleSeconds, count);
    const positionBytes = received.positionBytes / Math.max(1, received.positions);
    received.reset();
    await steps.window('crowd pushes', async () => {
      const done = await steps.at(SIZES.pushRate, SIZES.pushSeconds, of);
      await delay(ARRIVE_MS);
      return { ...done, connections: count, pushes: received.pushes };
    });
    return positionBytes;
  });
}

/** Measures the cost of a watched feed, with many feeds that have one client each. */
async function measureViews(steps: Steps, of: (index: number) => string): Promise<void> {
  const count = SIZES.views;
  await steps.crowd('views connect', { count, feedOf: of }, () =>
    steps.rest('views idle', SIZES.viewIdleSeconds, count),
  );
}

/** Time until the instances have discarded all previously watched views, in ms. */
const FORGET_MS = 20_000;

/** Measures the memory of connections, watched feeds and their publications, and the data that Redis stores for them. */
async function measureMemory(steps: Steps) {
  const { rig } = steps;
  const { fullFeeds, fullRequests, batch, memoryClients: count } = SIZES;
  steps.context.say(`${rig.instances} bffs: memory`);
  const growthFor = (of: (index: number) => string) =>
    withCrowd(rig, { count, feedOf: of }, async () => ((await retained(rig)) - empty) / count);
  // Instances keep previously watched feeds for a minute.
  await delay(FORGET_MS);
  const ofViews = feedOf('memory', count);
  await steps.publish({ requests: count, feedOf: ofViews });
  const empty = await retained(rig);
  const connection = await growthFor(() => 'topic:crowd');
  const view = await growthFor(ofViews);
  const of = feedOf('full', fullFeeds);
  const notifications = fullFeeds * fullRequests * batch;
  const ringPublication = await withCrowd(rig, { count: fullFeeds, feedOf: of }, async () => {
    const before = await retained(rig);
    await steps.publish({ requests: fullFeeds * fullRequests, size: batch, lanes: 4, feedOf: of });
    await delay(1_000);
    return ((await retained(rig)) - before) / notifications;
  });
  const bytes = await storedOfFeeds(
    rig,
    Array.from({ length: fullFeeds }, (_, index) => of(index)),
  );
  return {
    growth: { connection, view, ringPublication },
    bytes: {
      feedBytes: bytes.heads / fullFeeds,
      publicationBytes: bytes.segments / notifications,
      idBytes: bytes.ids / notifications,
    },
  };
}

/**
 * Measures the size of an entry's replaced documents, which remain for two minutes. Each entry has one notification. The
 * feeds are long enough for their documents to be merged several times.
 */
async function measureReplaced(steps: Steps): Promise<number> {
  const of = feedOf(REPLACED, SIZES.replacedFeeds);
  await steps.publish({ rate: 50, requests: SIZES.replacedFeeds * SIZES.replacedEach, feedOf: of });
  const feeds = Array.from({ length: SIZES.replacedFeeds }, (_, index) => of(index));
  return bytesOfReplaced(steps.rig, LABEL, feeds);
}

const REPLACED = 'replaced';
/** The start of the feed's name, by which its documents are found. */
const LABEL = `topic:${REPLACED}`.slice(0, 8);

/** Creates readers with read marks in a feed. Returns the average size of a reader's read state in bytes. */
async function measureReaders({ rig }: Steps): Promise<number> {
  const feed = 'topic:crowd';
  const [bff] = rig.stack.bffs;
  for (let reader = 0; reader < SIZES.readers; reader++) {
    const response = await fetch(`${bff?.url}/app/notifications/read`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ feed, offset: 1, clientId: `capacity-${String(reader).padStart(8, '0')}` }),
    });
    if (!response.ok)
      throw new Error(`${response.url} returned ${response.status}: ${await response.text()}`);
  }
  return bytesOfReader(rig, feed);
}

/** Measures the rate of one feed on an otherwise idle machine. */
async function measureFeedRate(steps: Steps): Promise<Sights['feedRate']> {
  const { rig } = steps;
  const of = () => 'topic:one';
  const rateOf = async (requests: number, size: number, lanes: number) => {
    const started = performance.now();
    await steps.publish({ requests, size, lanes, feedOf: of });
    return (requests * size) / ((performance.now() - started) / 1000);
  };
  steps.context.say(`${rig.instances} bffs: one feed`);
  return withCrowd(rig, { count: 1, feedOf: of }, async () => ({
    singles: await rateOf(SIZES.oneFeedSingles, 1, 64),
    arrays: await rateOf(SIZES.oneFeedArrays, SIZES.batch, 8),
  }));
}
