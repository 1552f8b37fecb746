import type { PublicationsEvent } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fixture } from '../../../testing/feed-fixture.ts';
import { FeedView } from './feed-view.ts';
import { FeedViews } from './feed-views.ts';
import { readPage } from '../page/page.ts';
import type { Position } from '@tocsin/contracts';
import type { Broadcast } from '../../deliver/ports.ts';
import { anEvent } from '../../../testing/suites/broadcaster.ts';
import { testProofs } from '../../../testing/test-proofs.ts';

let f: Fixture;
let views: FeedViews;
let host: ReturnType<Fixture['instance']>;
const errors: unknown[] = [];
const MAX_BYTES = 900;
let trims = 0;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') });
  f = new Fixture();
  host = f.instance();
  const { marks } = f.instance();
  views = new FeedViews(
    {
      ...{
        log: f.log,
        origin: f.origin,
        marks,
        proofs: testProofs,
        limitsOf: () => f.limits,
        ring: { publications: 10, bytes: 10_000 },
        maxBytes: MAX_BYTES,
        onTrimmed: () => trims++,
        now: () => Date.now(),
      },
      routeFeedTurn: (_feed, _announced, caller) => host.turn(undefined, caller),
    },
    (_feed, error) => errors.push(error),
  );
});
afterEach(() => {
  views.stop();
  errors.length = 0;
  trims = 0;
  vi.useRealTimers();
});

const sleep = (ms: number) => vi.advanceTimersByTimeAsync(ms);
async function publish(seq: number) {
  f.deposit(seq, [`n${seq}`]);
  await host.turn(seq);
  return f.events.at(-1) ?? expect.fail('nothing was broadcast');
}

describe('a feed without watchers', () => {
  it('should be kept up to date for readers', async () => {
    await views.view('all').knownPosition();
    await publish(1);
    await sleep(2_500);
    expect(views.view('all').position).toMatchObject({ offset: 1 });
  });

  it('should be dropped once a thousand other feeds have been read, unlike a watched feed', () => {
    views.watch('topic:watched');
    for (let i = 0; i < 3_000; i++) views.view(`topic:${i}`);
    expect(views.size).toBeLessThanOrEqual(1_001);
    views.unwatch('topic:watched');
    expect(views.view('topic:2999')).toBe(views.view('topic:2999'));
  });

  it('should be dropped before feeds that were read or watched later', () => {
    views.watch('topic:0');
    for (let i = 0; i < 1_000; i++) views.view(`topic:${i}`);
    const [read, unwatched] = [views.view('topic:1'), views.view('topic:0')];
    const dropped = views.view('topic:2');
    for (let i = 3; i < 1_000; i++) views.view(`topic:${i}`);
    views.view('topic:1');
    views.unwatch('topic:0');
    views.view('topic:1000');
    views.view('topic:1001');
    expect(views.view('topic:1')).toBe(read);
    expect(views.view('topic:0')).toBe(unwatched);
    expect(views.view('topic:2')).not.toBe(dropped);
  });

  it('should be created and dropped without iterating over the watched feeds', () => {
    for (let i = 0; i < 2_000; i++) views.watch(`topic:watched-${i}`);
    const iterators = [new Map().entries(), new Set().values()];
    const steps = iterators.map((iterator) =>
      vi.spyOn(Object.getPrototypeOf(iterator) as typeof iterator, 'next'),
    );
    for (let i = 0; i < 3_000; i++) views.view(`topic:${i}`);
    const count = steps.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    for (const step of steps) step.mockRestore();
    expect(count).toBeLessThanOrEqual(3_000);
    expect(views.watched).toBe(2_000);
    expect(views.size).toBeLessThanOrEqual(3_000);
  });

  it('should be dropped a minute after the last read', async () => {
    await views.view('all').knownPosition();
    await sleep(61_000);
    f.log.headReads = 0;
    await sleep(120_000);
    expect(f.log.headReads).toBe(0);
  });
});

describe('publications in memory', () => {
  it('should stay within the limit for all views, and be read from the store once dropped', async () => {
    views.watch('all');
    await views.view('all').knownPosition();
    const first = await publish(1);
    views.receive(first);
    for (let seq = 2; seq <= 10; seq++) views.receive(await publish(seq));
    expect(views.bytes).toBeGreaterThan(MAX_BYTES);
    expect(trims).toBe(0);
    await sleep(1_100);
    expect(views.bytes).toBeLessThanOrEqual(MAX_BYTES);
    expect(views.bytes).toBeGreaterThan(0);
    expect(trims).toBe(1);
    const since = { kind: 'after', position: { epoch: first.epoch, offset: 1 } } as const;
    const { publications } = await readPage(views.view('all'), since, () => Date.now());
    expect(publications.map(({ offset }) => offset)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // The segments loaded by this read also get dropped.
    expect(views.bytes).toBeGreaterThan(MAX_BYTES);
    await sleep(1_100);
    expect(views.bytes).toBeLessThanOrEqual(MAX_BYTES);
    expect(views.receive(await publish(11))?.publications).toMatchObject([{ offset: 11 }]);
  });
});

describe('a new reader', () => {
  const start = () => readPage(views.view('all'), { kind: 'position' }, () => Date.now());

  it('should start at the head if the feed was read earlier and has not been watched since', async () => {
    await views.view('all').knownPosition();
    await publish(1);
    views.watch('all');
    expect(await start()).toMatchObject({ offset: 1, publications: [] });
  });

  it('should start at the latest broadcast while earlier publications are missing', async () => {
    views.watch('all');
    await start();
    await publish(1);
    views.receive(await publish(2));
    expect(await start()).toMatchObject({ offset: 2, publications: [] });
  });

  it('should not cause a head read while other browsers are watching', async () => {
    views.watch('all');
    await start();
    views.watch('all');
    f.log.headReads = 0;
    await start();
    expect(f.log.headReads).toBe(0);
  });
});

describe('a watching browser', () => {
  let sent: number[];
  beforeEach(() => {
    sent = [];
    views.stop();
    const { marks } = f.instance();
    const shared = {
      log: f.log,
      origin: f.origin,
      marks,
      limitsOf: () => f.limits,
      now: () => Date.now(),
      proofs: testProofs,
    };
    views = new FeedViews(
      {
        ...shared,
        ring: { publications: 10, bytes: 10_000 },
        maxBytes: MAX_BYTES,
        routeFeedTurn: (_feed, _announced, caller) => host.turn(undefined, caller),
        onMissed: ({ publications }) => sent.push(...publications.map(({ offset }) => offset)),
      },
      (_feed, error) => errors.push(error),
    );
  });
  const receive = (event: PublicationsEvent) =>
    sent.push(...(views.receive(event)?.publications ?? []).map(({ offset }) => offset));

  it('should not get duplicates of publications that are broadcast while a comparison reads them', async () => {
    views.watch('all');
    await views.view('all').knownPosition();
    const events = [await publish(1), await publish(2), await publish(3)];
    f.log.beforeHead = async () => {
      f.log.beforeHead = () => Promise.resolve();
      for (const event of events.slice(0, 2)) receive(event);
      await Promise.resolve();
    };
    await views.view('all').compare();
    for (const event of events) receive(event);
    expect(sent).toEqual([1, 2, 3]);
  });

  it('should not get duplicates of a publication that arrived after a gap', async () => {
    views.watch('all');
    await views.view('all').knownPosition();
    await publish(1);
    receive(await publish(2));
    await sleep(300);
    expect(sent).toEqual([2, 1]);
    receive(await publish(3));
    expect(sent).toEqual([2, 1, 3]);
  });

  it('should get publications that other browsers already have if it joined during the gap', async () => {
    views.watch('all');
    await views.view('all').knownPosition();
    await publish(1);
    receive(await publish(2));
    views.watch('all');
    await sleep(300);
    expect(sent).toEqual([2, 1, 2]);
  });
});

it('should report the new position if all publications that a view missed have left the history', async () => {
  const moved: number[] = [];
  const { marks } = f.instance();
  const view = new FeedView('all', {
    ...{ log: f.log, origin: f.origin, marks, proofs: testProofs, limits: f.limits },
    ...{ ring: { publications: 10, bytes: 10_000 }, now: () => f.now },
    routeFeedTurn: () => expect.fail('no turn is needed'),
    onMoved: ({ offset }) => moved.push(offset),
  });
  await publish(1);
  await view.compare();
  await publish(2);
  f.now += f.limits.historyTtlMs + 1;
  await view.compare();
  expect([view.position?.offset, moved]).toEqual([2, [2]]);
});

describe('a forged broadcast', () => {
  const farPosition = { epoch: '8000000000000000-forged', offset: 1 };
  const forgedBroadcast = (position: Position, proof?: string): Broadcast => {
    const [publication] = anEvent(position.offset).publications;
    return { feed: 'all', epoch: position.epoch, publications: publication ? [publication] : [], proof };
  };

  it.each(['watched', 'not watched'])('should only cause a comparison: %s', async (how) => {
    if (how === 'watched') views.watch('all');
    const event = await publish(1);
    views.receive(event);
    const currentPosition = { epoch: event.epoch, offset: 1 };
    const stale = testProofs.of('all', currentPosition);
    for (const position of [farPosition, { ...currentPosition, offset: 1_000 }]) {
      for (const proof of [undefined, 'AAAAAAAAAAAAAAAAAAAAAA', stale]) {
        expect(views.receive(forgedBroadcast(position, proof))).toBeUndefined();
      }
    }
    await sleep(600);
    views.receive(await publish(2));
    expect(f.head?.epoch).toBe(currentPosition.epoch);
    expect(f.losses).toEqual([]);
    expect(await views.view('all').currentPosition()).toEqual({ ...currentPosition, offset: 2 });
  });
});
