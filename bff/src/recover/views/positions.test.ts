import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fixture } from '../../../testing/feed-fixture.ts';
import { testProofs } from '../../../testing/test-proofs.ts';
import { FeedViews } from './feed-views.ts';

const TICK_MS = 250;

let views: FeedViews;
const positions: { feed: string; tick: number }[] = [];
let onPosition: (feed: string) => void;

beforeEach(() => {
  onPosition = () => undefined;
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') });
  const f = new Fixture();
  views = new FeedViews(
    {
      ...{
        log: f.log,
        origin: f.origin,
        marks: f.instance().marks,
        proofs: testProofs,
        limitsOf: () => f.limits,
      },
      ...{ ring: { publications: 10, bytes: 10_000 }, maxBytes: 10_000, now: () => Date.now() },
      onPosition: ({ feed }) => {
        positions.push({ feed, tick: Math.floor(Date.now() / TICK_MS) });
        onPosition(feed);
      },
      routeFeedTurn: () => expect.fail('no turn is needed'),
    },
    (_feed, error) => expect.fail(String(error)),
  );
});
afterEach(() => {
  views.stop();
  positions.length = 0;
  vi.useRealTimers();
});

const sleep = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('the positions of watched feeds', () => {
  const feeds = Array.from({ length: 64 }, (_, i) => `topic:${i}`);
  async function watchAll() {
    for (const feed of feeds) {
      views.watch(feed);
      await views.view(feed).knownPosition();
    }
  }
  const reportedFeeds = () => positions.map(({ feed }) => feed).sort();

  it('should be reported once for each watched feed every 8 s', async () => {
    await watchAll();
    for (let i = 0; i < 3; i++) {
      positions.length = 0;
      await sleep(8_000);
      expect(reportedFeeds()).toEqual([...feeds].sort());
    }
  });

  it("should be spread over the 8 s so that reporting them doesn't delay other work", async () => {
    await watchAll();
    await sleep(8_000);
    const ticks = new Set(positions.map(({ tick }) => tick));
    for (const expected of ticks) expect(positions.filter(({ tick }) => tick === expected)).toHaveLength(2);
    expect(ticks.size).toBe(32);
  });

  it('should be reported once, not skipped, if the process was busy', async () => {
    await watchAll();
    await sleep(8_000);
    positions.length = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 3_000);
    await sleep(5_000);
    expect(reportedFeeds()).toEqual([...feeds].sort());
    vi.restoreAllMocks();
  });

  it('should be reported only once if reporting reads the view', async () => {
    await watchAll();
    onPosition = (feed) => views.view(feed);
    await sleep(8_000);
    expect(reportedFeeds()).toEqual([...feeds].sort());
  });

  it('should not be reported for feeds that are only read, or no longer watched', async () => {
    await watchAll();
    for (const feed of feeds) views.unwatch(feed);
    await views.view('topic:read').knownPosition();
    await sleep(8_000);
    expect(positions).toEqual([]);
  });
});
