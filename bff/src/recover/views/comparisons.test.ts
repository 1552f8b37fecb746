import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fixture } from '../../../testing/feed-fixture.ts';
import { testProofs } from '../../../testing/test-proofs.ts';
import { FeedViews } from './feed-views.ts';

let f: Fixture;
let views: FeedViews;
let host: ReturnType<Fixture['instance']>;
const errors: unknown[] = [];

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') });
  f = new Fixture();
  host = f.instance();
  const { marks } = f.instance();
  views = new FeedViews(
    {
      ...{ log: f.log, origin: f.origin, marks, proofs: testProofs, limitsOf: () => f.limits },
      ...{ ring: { publications: 10, bytes: 10_000 }, maxBytes: 10_000, now: () => Date.now() },
      routeFeedTurn: (_feed, _announced, caller) => host.turn(undefined, caller),
    },
    (_feed, error) => errors.push(error),
  );
});
afterEach(() => {
  views.stop();
  errors.length = 0;
  vi.useRealTimers();
});

const sleep = (ms: number) => vi.advanceTimersByTimeAsync(ms);
async function publish(seq: number) {
  f.deposit(seq, [`n${seq}`]);
  await host.turn(seq);
  return f.events.at(-1) ?? expect.fail('nothing was broadcast');
}

describe('a watched feed', () => {
  it('should be compared 2 s after the last publication, then every 30 s', async () => {
    views.watch('all');
    await views.view('all').knownPosition();
    views.receive(await publish(1));
    f.log.headReads = 0;
    const readsAfter = async (ms: number) => {
      await sleep(ms);
      return f.log.headReads;
    };
    expect(await readsAfter(1_500)).toBe(0);
    expect(await readsAfter(1_000)).toBe(1);
    expect(await readsAfter(29_000)).toBe(1);
    expect(await readsAfter(1_000)).toBe(2);
    expect(await readsAfter(60_500)).toBe(4);
  });

  it('should be compared again 2 s after a comparison detects a lost broadcast', async () => {
    views.watch('all');
    await views.view('all').knownPosition();
    views.receive(await publish(1));
    await publish(2);
    await sleep(2_500);
    expect(views.view('all').position).toMatchObject({ offset: 2 });
    await publish(3);
    await sleep(2_500);
    expect(views.view('all').position).toMatchObject({ offset: 3 });
  });

  it('should find a publication whose broadcast was lost', async () => {
    views.watch('all');
    await views.view('all').knownPosition();
    await publish(1);
    await sleep(2_500);
    expect(views.view('all').position).toMatchObject({ offset: 1 });
  });

  it('should be compared immediately when a broadcast leaves a gap', async () => {
    views.watch('all');
    await views.view('all').knownPosition();
    await publish(1);
    views.receive(await publish(2));
    await sleep(300);
    expect(views.view('all').position).toMatchObject({ offset: 2 });
  });

  it('should be compared again after a failed comparison', async () => {
    views.watch('all');
    await views.view('all').knownPosition();
    await publish(1);
    f.log.beforeHead = () => Promise.reject(new Error('unavailable'));
    await sleep(5_000);
    expect(errors.length).toBeGreaterThan(0);
    f.log.beforeHead = () => Promise.resolve();
    await sleep(2_500);
    expect(views.view('all').position).toMatchObject({ offset: 1 });
  });
});

it('should keep comparing every 30 s after the clock was set back', async () => {
  views.watch('all');
  await views.view('all').knownPosition();
  await sleep(3_000);
  vi.setSystemTime(Date.now() - 3_600_000);
  await publish(1);
  await sleep(31_000);
  expect(views.view('all').position).toMatchObject({ offset: 1 });
});

it('should spread out the comparisons of feeds if browsers started watching them at the same time', async () => {
  for (let feed = 0; feed < 32; feed++) views.watch(`topic:${feed}`);
  await sleep(3_000);
  f.log.headReads = 0;
  await sleep(24_500);
  expect(f.log.headReads).toBeGreaterThan(5);
  expect(f.log.headReads).toBeLessThan(27);
  await sleep(5_500);
  expect(f.log.headReads).toBe(32);
  await sleep(30_000);
  expect(f.log.headReads).toBe(64);
});

it('should compare all feeds within 8 s after broadcasts were missed', async () => {
  const feeds = Array.from({ length: 40 }, (_, index) => `topic:${index}`);
  for (const feed of feeds) views.watch(feed);
  await sleep(3_000);
  f.log.headReads = 0;
  views.compareAll();
  await sleep(4_000);
  expect(f.log.headReads).toBeGreaterThan(10);
  expect(f.log.headReads).toBeLessThan(30);
  await sleep(4_500);
  expect(f.log.headReads).toBe(40);
});

it('should compare all feeds only once more if broadcasts are missed while it compares them', async () => {
  for (let feed = 0; feed < 40; feed++) views.watch(`topic:${feed}`);
  await sleep(3_000);
  f.log.headReads = 0;
  for (let missed = 0; missed < 30; missed++) {
    views.compareAll();
    await sleep(250);
  }
  await sleep(9_250);
  expect(f.log.headReads).toBe(80);
});

it("should compare a feed immediately when it's watched again", async () => {
  views.watch('all');
  await views.view('all').knownPosition();
  views.unwatch('all');
  await publish(1);
  await sleep(500);
  views.watch('all');
  await sleep(300);
  expect(views.view('all').position).toMatchObject({ offset: 1 });
});
