import { setTimeout as delay } from 'node:timers/promises';
import type { Numbers } from '../../bench/works/work.ts';
import { REDIS_ROLES, type RedisRole } from '../model/constants.ts';
import { withCrowd, type Received } from './crowd.ts';
import { bytesOfEvent, inject, newestEvent } from './inject.ts';
import { publish, type Pace } from './publish.ts';
import { memoryOf, type Rig } from './rig.ts';
import { SIZES } from './sizes.ts';
import { bytesOfAnnouncement, bytesOfReader, executionTimes, storedOfFeeds, usedMemory } from './stored.ts';
import { measured, type Window } from './window.ts';

/** What was seen beside the windows. */
export interface Sights {
  /** Bytes of one process that was warmed up. */
  process: { producer: number; producerSidecar: number; bff: number; bffSidecar: number };
  /** Growth of all bffs, in bytes, with so many more of what it is named by. */
  growth: { connection: number; view: number; ringPublication: number };
  pushBytes: number;
  positionBytes: number;
  announcementBytes: number;
  eventBytes: number;
  readerBytes: number;
  emptyBytes: number;
  feedBytes: number;
  publicationBytes: number;
  idBytes: number;
  executionTimes: Record<RedisRole, number>;
  feedRate: { singles: number; arrays: number };
}

export interface Context {
  numbers: Numbers;
  signal: AbortSignal;
  say: (line: string) => void;
}

const feedOf = (kind: string, count: number) => (index: number) => `topic:${kind}-${index % count}`;

/** A rig, and what every step needs to publish on it. */
class Steps {
  readonly rig: Rig;
  readonly windows: Window[] = [];
  readonly #context: Context;

  constructor(rig: Rig, context: Context) {
    this.rig = rig;
    this.#context = context;
  }

  get context(): Context {
    return this.#context;
  }

  publish(pace: Pick<Pace, 'requests' | 'feedOf'> & Partial<Pace>) {
    return publish(this.rig, { payload: SIZES.payload, ...this.#context, ...pace });
  }

  async window(step: string, work: Parameters<typeof measured>[2]): Promise<Window> {
    this.#context.say(`${this.rig.instances} bffs: ${step}`);
    const window = await measured(this.rig, step, work);
    this.windows.push(window);
    return window;
  }

  /** As `withCrowd`; how the clients connect is a window of its own. */
  async crowd<T>(
    step: string,
    crowd: Parameters<typeof withCrowd>[1],
    work: (received: Received) => Promise<T>,
  ): Promise<T> {
    let connected = (): void => undefined;
    let window: Promise<Window> | undefined;
    await new Promise<void>((begun) => {
      window = this.window(step, async () => {
        const all = new Promise<void>((resolve) => (connected = resolve));
        begun();
        await all;
        return { connects: crowd.count };
      });
    });
    return withCrowd(this.rig, crowd, async (received) => {
      connected();
      await window;
      return work(received);
    });
  }

  /** Publishes `rate` requests a second. */
  at(rate: number, seconds: number, of: (index: number) => string, size = 1) {
    return this.publish({ rate, requests: Math.round(rate * seconds), size, feedOf: of });
  }

  /** A window in which nothing is done. */
  rest(step: string, seconds: number, connections = 0): Promise<Window> {
    return this.window(step, async () => {
      await delay(seconds * 1000);
      return { connections };
    });
  }
}

/** Publishes until what is compiled and allocated once is. */
async function warmUp(steps: Steps): Promise<void> {
  const { rig } = steps;
  steps.context.say(`${rig.instances} bffs: warming up`);
  const of = feedOf('entry', SIZES.feeds);
  await withCrowd(rig, { count: 200, feedOf: of }, () => steps.at(SIZES.entryRate, SIZES.warmSeconds, of));
  await steps.at(SIZES.batchRate, 2, of, SIZES.batch);
}

/** What an entry costs, and an event that is heard. */
async function entries(steps: Steps): Promise<void> {
  const of = feedOf('entry', SIZES.feeds);
  for (let round = 0; round < SIZES.entryRounds; round++) {
    await steps.window('entries', () => steps.at(SIZES.entryRate, SIZES.entrySeconds, of));
  }
  const single = await newestEvent(steps.rig);
  for (const rate of SIZES.hearRates) {
    await steps.window(`hear ${rate}`, () => inject(steps.rig, single, { rate, count: rate * 4 }));
  }
}

/** With one instance only what depends on their number. */
export async function measureSmall(rig: Rig, context: Context): Promise<Window[]> {
  const steps = new Steps(rig, context);
  await warmUp(steps);
  await entries(steps);
  return steps.windows;
}

/** All that does not depend on the number of instances, on two. */
export async function measureAll(rig: Rig, context: Context): Promise<{ windows: Window[]; sights: Sights }> {
  const steps = new Steps(rig, context);
  const emptyBytes = await usedMemory(rig);
  const ofViews = feedOf('view', SIZES.views);
  await warmUp(steps);
  await steps.publish({ rate: 200, requests: SIZES.views, feedOf: ofViews });
  const quietAt = performance.now();
  const before = await executionTimes(rig);
  await entries(steps);
  const after = await executionTimes(rig);
  const executed = Object.fromEntries(
    REDIS_ROLES.map((role) => [role, after[role] - before[role]]),
  ) as Sights['executionTimes'];
  const announcementBytes = await bytesOfAnnouncement(rig);
  const process = {
    producer: memoryOf(rig, 'producer'),
    producerSidecar: memoryOf(rig, 'producerSidecar'),
    bff: memoryOf(rig, 'bff') / rig.instances,
    bffSidecar: memoryOf(rig, 'bffSidecar') / rig.instances,
  };
  await steps.window('arrays', () =>
    steps.at(SIZES.batchRate, SIZES.entrySeconds, feedOf('entry', SIZES.feeds), SIZES.batch),
  );
  const array = await newestEvent(rig);
  await steps.window('hear arrays', () => inject(rig, array, { rate: 50, count: 200 }));
  await steps.rest('idle', SIZES.idleSeconds);
  const wait = quietAt + SIZES.ringAfterSeconds * 1000 - performance.now();
  if (wait > 0) await delay(wait);
  await steps.rest('rings', SIZES.ringSeconds);
  const crowd = await measureCrowd(steps);
  const views = await measureViews(steps, ofViews);
  const stored = await measureStored(steps);
  return {
    windows: steps.windows,
    sights: {
      process,
      growth: { connection: crowd.growth, view: views.growth, ringPublication: stored.growth },
      pushBytes: views.pushBytes,
      positionBytes: crowd.positionBytes,
      announcementBytes,
      eventBytes: stored.eventBytes,
      readerBytes: await measureReaders(steps),
      emptyBytes,
      ...stored.bytes,
      executionTimes: executed,
      feedRate: await measureFeedRate(steps),
    },
  };
}

/** Until what was sent last has arrived, in ms. */
const ARRIVE_MS = 300;

/** Many clients of one feed: what it costs to connect, to be idle, and to be sent something. */
async function measureCrowd(steps: Steps) {
  const { rig } = steps;
  const count = SIZES.crowd;
  const of = () => 'topic:crowd';
  await steps.publish({ requests: 1, feedOf: of });
  const before = memoryOf(rig, 'bff');
  return steps.crowd('crowd connects', { count, feedOf: of }, async (received) => {
    await delay(1_000);
    const growth = (memoryOf(rig, 'bff') - before) / count;
    received.reset();
    await steps.rest('crowd idle', SIZES.crowdIdleSeconds, count);
    const positionBytes = received.positionBytes / Math.max(1, received.positions);
    received.reset();
    await steps.window('crowd pushes', async () => {
      const done = await steps.at(SIZES.pushRate, SIZES.pushSeconds, of);
      await delay(ARRIVE_MS);
      return { ...done, connections: count, pushes: received.pushes };
    });
    return { growth, positionBytes };
  });
}

/** Many feeds with one client each: what a watched feed costs. */
async function measureViews(steps: Steps, of: (index: number) => string) {
  const { rig } = steps;
  const count = SIZES.views;
  const before = memoryOf(rig, 'bff');
  const ofAny = () => of(Math.floor(Math.random() * count));
  return steps.crowd('views connect', { count, feedOf: of }, async (received) => {
    await steps.rest('views idle', SIZES.viewIdleSeconds, count);
    const growth = (memoryOf(rig, 'bff') - before) / count;
    received.reset();
    await steps.window('views show', async () => {
      const done = await steps.at(SIZES.showRate, SIZES.showSeconds, ofAny);
      await delay(ARRIVE_MS);
      return { ...done, connections: count, pushes: received.pushes };
    });
    return { growth, pushBytes: received.pushBytes / Math.max(1, received.pushes) };
  });
}

/** Feeds that are filled while they are watched: what their publications take in Redis and in the rings. */
async function measureStored(steps: Steps) {
  const { rig } = steps;
  const { fullFeeds, fullRequests, batch } = SIZES;
  const of = feedOf('full', fullFeeds);
  steps.context.say(`${rig.instances} bffs: feeds are filled`);
  const notifications = fullFeeds * fullRequests * batch;
  const growth = await withCrowd(rig, { count: fullFeeds, feedOf: of }, async () => {
    const before = memoryOf(rig, 'bff');
    await steps.publish({ requests: fullFeeds * fullRequests, size: batch, lanes: 4, feedOf: of });
    await delay(2_000);
    return (memoryOf(rig, 'bff') - before) / notifications;
  });
  const bytes = await storedOfFeeds(
    rig,
    Array.from({ length: fullFeeds }, (_, index) => of(index)),
  );
  return {
    growth,
    eventBytes: (await bytesOfEvent(rig)) / batch,
    bytes: {
      feedBytes: bytes.heads / fullFeeds,
      publicationBytes: bytes.segments / notifications,
      idBytes: bytes.ids / notifications,
    },
  };
}

/** Readers who have read some of a feed. */
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
      throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  }
  return bytesOfReader(rig, feed);
}

/** What one feed takes when nothing else is asked of the machine. */
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
