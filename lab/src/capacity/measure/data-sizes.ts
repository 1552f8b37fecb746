import { setTimeout as delay } from 'node:timers/promises';
import { withCrowd } from './crowd.ts';
import { measureRetained } from './retained-memory.ts';
import { SIZES } from './sizes.ts';
import { feedOf, type Steps } from './stepper.ts';
import { measureReaderBytes, measureReplacedBytes, storedAnnouncements, measureFeedSizes } from './stored.ts';

/**
 * Measures an announcement's size in the stream. The length of the stream varies, because the bffs remove acknowledged
 * announcements every 2 s. Measures the stream repeatedly, and uses the measurement with the most announcements, which
 * has the least overhead per announcement.
 */
export async function measureAnnouncement(steps: Steps): Promise<number> {
  let longest = { bytes: 0, count: 1 };
  let isDone = false;
  const publishing = steps
    .publishAt(SIZES.sharedRate, ANNOUNCEMENT_SECONDS, feedOf('busy', SIZES.manyFeeds))
    .finally(() => (isDone = true));
  // `publishing` can reject before it's awaited.
  publishing.catch(() => undefined);
  while (!isDone) {
    const stored = await storedAnnouncements(steps.rig);
    if (stored.count > longest.count) longest = stored;
    await delay(SAMPLE_MS);
  }
  await publishing;
  return longest.bytes / longest.count;
}

const ANNOUNCEMENT_SECONDS = 5;
const SAMPLE_MS = 100;

/** How long to wait until the instances have dropped the views from previous steps (ms). */
const FORGET_MS = 20_000;

/** Measures the memory used by connections, watched feeds and publications, and the feeds' data in Redis. */
export async function measureMemory(steps: Steps) {
  const { rig } = steps;
  const { fullFeeds, fullRequests, batch, memoryClients: count } = SIZES;
  steps.context.say(`${rig.instances} bffs: memory`);
  const growthFor = (feedAt: (index: number) => string) =>
    withCrowd(rig, { count, feedOf: feedAt }, async () => ((await measureRetained(rig)) - empty) / count);
  // An instance keeps a view for a minute after the last client leaves. The steps since then took most of that minute.
  await delay(FORGET_MS);
  const viewFeedAt = feedOf('memory', count);
  await steps.publish({ requests: count, feedOf: viewFeedAt });
  const empty = await measureRetained(rig);
  const connection = await growthFor(() => 'topic:crowd');
  const view = await growthFor(viewFeedAt);
  const fullFeedAt = feedOf('full', fullFeeds);
  const notifications = fullFeeds * fullRequests * batch;
  const ringPublication = await withCrowd(rig, { count: fullFeeds, feedOf: fullFeedAt }, async () => {
    const before = await measureRetained(rig);
    await steps.publish({ requests: fullFeeds * fullRequests, size: batch, lanes: 4, feedOf: fullFeedAt });
    await delay(1_000);
    return ((await measureRetained(rig)) - before) / notifications;
  });
  const bytes = await measureFeedSizes(
    rig,
    Array.from({ length: fullFeeds }, (_, index) => fullFeedAt(index)),
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
 * Measures the size of the documents that an entry replaces. Replaced documents are kept for two minutes. Each entry
 * has one notification. The feeds are long enough that documents get merged multiple times.
 */
export async function measureReplaced(steps: Steps): Promise<number> {
  const feedAt = feedOf(REPLACED, SIZES.replacedFeeds);
  await steps.publish({ rate: 50, requests: SIZES.replacedFeeds * SIZES.replacedEach, feedOf: feedAt });
  const feeds = Array.from({ length: SIZES.replacedFeeds }, (_, index) => feedAt(index));
  return measureReplacedBytes(steps.rig, FEED_PREFIX, feeds);
}

const REPLACED = 'replaced';
/** The prefix of the feed names, used to find the documents. */
const FEED_PREFIX = `topic:${REPLACED}`.slice(0, 8);

/** Creates readers with read marks in a feed. Returns the average size in bytes of a reader's read state. */
export async function measureReaders({ rig }: Steps): Promise<number> {
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
  return measureReaderBytes(rig, feed);
}
