import type { Page } from '@tocsin/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { Fixture } from '../../../testing/feed-fixture.ts';
import { FeedView } from '../views/feed-view.ts';
import { readPage, type PageRequest } from './page.ts';
import { withProof, testProofs } from '../../../testing/test-proofs.ts';

let f: Fixture;
let host: ReturnType<Fixture['instance']>;
let seq = 0;

beforeEach(() => {
  f = new Fixture();
  host = f.instance();
  seq = 0;
});

/** Publishes `count` notifications, up to seven per commit. The broadcasts don't reach any view. */
async function publish(count: number, { expiresAt, padding }: { expiresAt?: string; padding?: number } = {}) {
  for (let remaining = count; remaining > 0; remaining -= 7) {
    const first = (f.head?.offset ?? 0) + 1;
    const ids = Array.from({ length: Math.min(7, remaining) }, (_, i) => `n${first + i}`);
    f.deposit(++seq, ids, { ...(expiresAt && { expiresAt }), ...(padding && { padding }) });
    await host.turn(seq);
  }
}

function instance() {
  const { marks } = f.instance();
  const view = new FeedView('all', {
    ...{
      log: f.log,
      origin: f.origin,
      marks,
      proofs: testProofs,
      limits: f.limits,
      ring: { publications: 10, bytes: 1024 * 1024 },
      now: () => f.now,
    },
    routeFeedTurn: (_feed, _announced, caller) => host.turn(undefined, caller),
  });
  return { view, marks, read: (request: PageRequest) => readPage(view, request, () => f.now) };
}

const epoch = () => f.head?.epoch ?? '';
const at = (offset: number) => ({ epoch: epoch(), offset });
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const offsets = ({ publications }: Page) => publications.map(({ offset }) => offset);

describe('a page', () => {
  it('should contain only the position if nothing else was requested, even if the feed is empty', async () => {
    const page = await instance().read({ kind: 'position' });
    expect(page).toMatchObject({ feed: 'all', offset: 0, recovered: true, more: false, publications: [] });
    expect(page.epoch).toBe(await f.origin.firstEpoch());
  });

  it('should have the newest publications', async () => {
    await publish(100);
    const page = await instance().read({ kind: 'newest', limit: 50 });
    expect(page).toMatchObject({ offset: 100, recovered: true, more: false });
    expect(offsets(page)).toEqual(range(51, 100));
  });

  it.each([0, 1, 42, 89, 90, 95, 99, 100])('should have the publications after %i', async (after) => {
    await publish(100);
    const page = await instance().read({ kind: 'after', position: at(after) });
    expect(page).toMatchObject({ offset: 100, recovered: true, more: false });
    expect(offsets(page)).toEqual(range(after + 1, 100));
  });

  it('should end at the limit and report that there are more', async () => {
    await publish(100);
    const page = await instance().read({ kind: 'after', position: at(10), limit: 20 });
    expect(page).toMatchObject({ offset: 30, recovered: true, more: true });
    expect(offsets(page)).toEqual(range(11, 30));
  });

  it('should have the publications before an offset, and report whether there are more', async () => {
    await publish(100);
    const { read } = instance();
    const page = await read({ kind: 'before', position: at(60), limit: 20 });
    expect(page).toMatchObject({ offset: 100, recovered: true, more: true });
    expect(offsets(page)).toEqual(range(40, 59));
    const last = await read({ kind: 'before', position: at(11), limit: 20 });
    expect(last).toMatchObject({ offset: 100, more: false });
    expect(offsets(last)).toEqual(range(1, 10));
    expect(await read({ kind: 'before', position: at(1), limit: 20 })).toMatchObject({
      more: false,
      publications: [],
    });
  });

  it('should have at most 256 KB and 1,000 publications', async () => {
    await publish(1_100);
    const many = await instance().read({ kind: 'after', position: at(0) });
    expect(many).toMatchObject({ offset: 1_000, more: true });
    await publish(300, { padding: 1_900 });
    const { read } = instance();
    for (let position = at(1_000); position.offset < 1_400;) {
      const page = await read({ kind: 'after', position });
      expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(256 * 1024);
      expect(page.publications[0]?.offset).toBe(position.offset + 1);
      position = at(page.offset);
    }
  });

  it('should show expired publications as gone at their original offsets', async () => {
    await publish(3, { expiresAt: '2026-01-01T01:00:00Z' });
    f.now = Date.parse('2026-01-01T01:00:00Z');
    const page = await instance().read({ kind: 'newest', limit: 2 });
    expect(page.publications).toEqual([
      { offset: 2, notification: null, id: 'n2', gone: 'expired' },
      { offset: 3, notification: null, id: 'n3', gone: 'expired' },
    ]);
  });
});

describe('recovery from a position', () => {
  beforeEach(() => publish(60));

  it.each([
    ['from another epoch', () => ({ epoch: 'other', offset: 5 })],
    ['beyond the head', () => at(61)],
  ])('should fail if the position is %s, and return the newest 50 publications', async (_name, position) => {
    const page = await instance().read({ kind: 'after', position: position() });
    expect(page).toMatchObject({ epoch: epoch(), offset: 60, recovered: false, more: false });
    expect(offsets(page)).toEqual(range(11, 60));
    const before = await instance().read({
      kind: 'before',
      position: { epoch: 'other', offset: 5 },
      limit: 3,
    });
    expect(before).toMatchObject({ recovered: false });
    expect(offsets(before)).toEqual([58, 59, 60]);
  });

  it('should fail if the next publication has left the history', async () => {
    f.limits.historyMax = 30;
    const { read } = instance();
    expect(await read({ kind: 'after', position: at(29) })).toMatchObject({ recovered: false });
    const page = await read({ kind: 'after', position: at(30) });
    expect(page).toMatchObject({ recovered: true });
    expect(offsets(page)).toEqual(range(31, 60));
  });

  it('should fail at the same offset of another epoch, even if the history has expired', async () => {
    f.now += f.limits.historyTtlMs;
    const page = await instance().read({ kind: 'after', position: { epoch: 'other', offset: 60 } });
    expect(page).toMatchObject({ epoch: epoch(), offset: 60, recovered: false, publications: [] });
  });

  it("should succeed at a feed's head if the history has expired", async () => {
    f.now += f.limits.historyTtlMs;
    const { read } = instance();
    expect(await read({ kind: 'after', position: at(60) })).toMatchObject({
      recovered: true,
      publications: [],
    });
    expect(await read({ kind: 'newest', limit: 50 })).toMatchObject({ offset: 60, publications: [] });
    expect(await read({ kind: 'after', position: at(10) })).toMatchObject({
      recovered: false,
      publications: [],
    });
  });
});

describe('a missed publication', () => {
  it('should be fetched before a request for a position beyond the ring is answered', async () => {
    await publish(5);
    const { view, read } = instance();
    await view.knownPosition();
    await publish(3);
    expect(await read({ kind: 'after', position: at(7) })).toMatchObject({ offset: 8, recovered: true });
  });

  it('should be found by reading the head after the request, not by a comparison already in progress', async () => {
    await publish(5);
    const { view, read } = instance();
    await view.knownPosition();
    let proceed = () => undefined as void;
    f.log.beforeHead = () => new Promise<void>((resolve) => (proceed = resolve));
    const older = view.compare();
    await new Promise((resolve) => setImmediate(resolve));
    // The comparison has read the head. Now a client that was connected to another instance requests a newer position.
    f.log.beforeHead = () => Promise.resolve();
    await publish(1);
    const answer = read({ kind: 'after', position: at(6) });
    await new Promise((resolve) => setImmediate(resolve));
    proceed();
    await older;
    expect(await answer).toMatchObject({ offset: 6, recovered: true });
  });

  it('should not be lost when a comparison in progress ends with an older head', async () => {
    await publish(5);
    const { view } = instance();
    await view.knownPosition();
    let proceed = () => undefined as void;
    f.log.beforeHead = () => new Promise<void>((resolve) => (proceed = resolve));
    const older = view.compare();
    await new Promise((resolve) => setImmediate(resolve));
    f.log.beforeHead = () => Promise.resolve();
    await publish(2);
    for (const event of f.events.slice(-1)) expect(view.receive(event).continues).toBe(true);
    proceed();
    await older;
    expect(view.position).toEqual(at(7));
  });

  it('should not be added to the ring by a broadcast from another epoch or after a gap', async () => {
    await publish(5);
    const { view } = instance();
    await view.knownPosition();
    const next = { offset: 6, notification: null, id: 'x', gone: 'expired' } as const;
    expect(view.receive(withProof({ feed: 'all', epoch: '1-other', publications: [next] })).continues).toBe(
      false,
    );
    expect(
      view.receive(withProof({ feed: 'all', epoch: epoch(), publications: [{ ...next, offset: 7 }] }))
        .continues,
    ).toBe(false);
    expect(view.position).toEqual(at(5));
    expect(view.receive(withProof({ feed: 'all', epoch: epoch(), publications: [next] })).continues).toBe(
      true,
    );
    expect(view.position).toEqual(at(6));
  });
});

describe('a store that lost data', () => {
  it('should be reported by an instance that finds the head below the high-water mark', async () => {
    await publish(14);
    const { view } = instance();
    await view.knownPosition();
    const before = epoch();
    await f.log.rollBackTo(1);
    host = f.instance();
    await view.compare();
    expect(epoch()).not.toBe(before);
    expect(view.position).toEqual(at(0));
  });

  it('should cause an error instead of a gap, and be reported if a segment is repeatedly missing', async () => {
    await publish(70);
    const { read } = instance();
    const before = epoch();
    await f.log.removeDocuments([f.head?.segments[0]?.key ?? '']);
    await expect(read({ kind: 'after', position: at(0) })).rejects.toThrow('new epoch');
    expect(epoch()).not.toBe(before);
    expect(await read({ kind: 'after', position: { epoch: before, offset: 3 } })).toMatchObject({
      recovered: false,
    });
  });

  it("should be distinguished from a merge, which moves a segment's content into a newer segment", async () => {
    f.limits.historyBytes = 40 * 20_000;
    await publish(28);
    const { view, read } = instance();
    await view.knownPosition();
    const before = f.head?.segments.map(({ key }) => key) ?? [];
    await publish(70);
    const referenced = new Set(f.head?.segments.map(({ key }) => key));
    await f.log.removeDocuments(before.filter((key) => !referenced.has(key)));
    const page = await read({ kind: 'after', position: at(0) });
    expect(offsets(page)).toEqual(range(1, page.offset));
    expect(f.losses).toEqual([]);
  });
});

describe('1,000 simultaneous readers', () => {
  it('should read the log only a few times', async () => {
    await publish(100);
    const { read } = instance();
    f.log.headReads = f.log.documentReads = 0;
    const pages = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => read({ kind: 'after', position: at(i % 101) })),
    );
    pages.forEach((page, i) => expect(offsets(page)).toEqual(range((i % 101) + 1, 100)));
    expect(f.log.headReads).toBeLessThanOrEqual(3);
    expect(f.log.documentReads).toBeLessThanOrEqual(20);
  });

  it('should share at most two comparisons, even if all positions are after the ring', async () => {
    await publish(10);
    const { view, read } = instance();
    await view.knownPosition();
    await publish(10);
    f.log.headReads = 0;
    await Promise.all(Array.from({ length: 1_000 }, () => read({ kind: 'after', position: at(15) })));
    expect(f.log.headReads).toBeLessThanOrEqual(2);
  });
});
