import {
  withdrawnKey,
  type EntryItem,
  type Head,
  type Notification,
  type Publication,
  type Segment,
  type WithdrawnDocument,
} from '@tocsin/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryIndex } from './history-index.ts';
import { decodeIds, KnownIds } from './ids.ts';
import {
  DEFAULT_FEED_LIMITS,
  fullIdsCount,
  fullRetractionsCount,
  fullSegmentBytes,
  MAX_COMMIT_BYTES,
  MAX_HISTORY_BYTES,
  MAX_IDS,
  MAX_RUNS,
  type FeedLimits,
} from './limits.ts';
import { planCommit, type Commit, type Taken } from './plan-commit.ts';

const notification = (id: string, title = id): Notification => ({
  ...{ id, feed: 'all', severity: 'info', title, createdAt: '2026-01-01T00:00:00Z' },
});
const taken = (seq: number, ids: readonly string[], run = 'P0000001'): Taken => ({
  ...{ run, from: seq, to: seq, items: ids.map((id) => notification(id)) },
});
const at = '2026-01-01T00:00:00Z';
const retract = (id: string): EntryItem => ({ retract: id, feed: 'all', at });
const erase: EntryItem = { erase: true, feed: 'all', at };
const keyed = (id: string, collapseKey: string): EntryItem => ({ ...notification(id), collapseKey });
const itemsOf = (seq: number, ...items: (EntryItem | string)[]): Taken => ({
  ...{ run: 'P0000001', from: seq, to: seq },
  items: items.map((item) => (typeof item === 'string' ? notification(item) : item)),
});

/** A feed's log as its commits leave it; nothing else is written. */
class Log {
  head: Head | undefined;
  readonly documents = new Map<string, unknown>();
  readonly known = new KnownIds();
  readonly retracted = new KnownIds();
  indexed = 0;
  #unique = 0;
  #epochs = 1;

  async commit(what: Taken | undefined, options: { now?: number; limits?: FeedLimits; feed?: string } = {}) {
    const { now = 1_700_000_000_000, limits = DEFAULT_FEED_LIMITS, feed = 'all' } = options;
    const commit: Commit = await planCommit({
      ...{ feed, base: this.head, stored: this.head, epoch: this.head?.epoch ?? '1-a', taken: what },
      nextEpoch: () => `${++this.#epochs}-a`,
      writes: this.head?.version ?? 0,
      ...{
        known: this.known,
        retracted: this.retracted,
        retractions: this.head?.retractions ?? [],
        unwritten: new Set(),
        limits,
        now,
      },
      unique: () => `u${String(this.#unique++).padStart(10, '0')}`,
      contentOf: (key) => Promise.resolve((this.documents.get(key) as Segment).publications as Publication[]),
      index: () => Promise.resolve(this.#index()),
    });
    for (const { key, value } of commit.documents) this.documents.set(key, value);
    const { withdrawn } = commit.head;
    const list = withdrawn === undefined ? [] : (this.documents.get(withdrawn) as WithdrawnDocument).keys;
    for (const key of [...commit.retired, ...list, withdrawn ?? '']) this.documents.delete(key);
    this.known.replace(commit.head.ids, commit.ids);
    this.retracted.replace(commit.head.retractions ?? [], commit.retractions);
    this.head = commit.head;
    return commit;
  }

  #index(): HistoryIndex {
    this.indexed++;
    const index = new HistoryIndex();
    for (const publication of this.publications) if (publication.notification) index.add(publication);
    return index;
  }

  /** What the log shows: ids in order, with a reason where they are gone. */
  get shown(): string[] {
    return this.publications.map((p) => (p.notification === null ? `${p.id} ${p.gone}` : p.notification.id));
  }

  get publications(): Publication[] {
    return (this.head?.segments ?? []).flatMap(
      ({ key }) => (this.documents.get(key) as Segment).publications as Publication[],
    );
  }
}

describe('a commit', () => {
  it('should append what is new, once, and say what is not confirmed yet', async () => {
    const log = new Log();
    await log.commit(taken(1, ['a', 'b']));
    const { head, publications, suppressed } = await log.commit(taken(2, ['b', 'c', 'c', 'd']));
    expect(publications.map(({ offset, notification: content }) => [offset, content?.id])).toEqual([
      [3, 'c'],
      [4, 'd'],
    ]);
    expect(suppressed).toBe(2);
    expect(head).toMatchObject({ version: 2, offset: 4, producers: { P0000001: [2, expect.any(Number)] } });
    expect(head.unconfirmed).toEqual([{ run: 'P0000001', from: 2, to: 2, first: 3, last: 4 }]);
  });

  it('should keep the first content of an id', async () => {
    const log = new Log();
    const both = [notification('a', 'first'), notification('a', 'second')];
    await log.commit(itemsOf(1, ...both));
    expect(log.publications.map((publication) => publication.notification?.title)).toEqual(['first']);
  });

  it('should make a number done also when nothing of it is new', async () => {
    const log = new Log();
    await log.commit(taken(1, ['a']));
    const { head, documents } = await log.commit(taken(2, ['a']));
    expect(documents).toEqual([]);
    expect(head).toMatchObject({ offset: 1, producers: { P0000001: [2, expect.any(Number)] } });
    expect(head.unconfirmed).toEqual([{ run: 'P0000001', from: 2, to: 2, first: 2, last: 1 }]);
  });

  it('should have no holes in offsets, and documents that hold what the head says of them', async () => {
    const limits = { ...DEFAULT_FEED_LIMITS, historyMax: 60, historyBytes: 40 * 600, idsMax: 80 };
    const sizes = fc.array(fc.array(fc.nat(200), { maxLength: 6 }), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(sizes, async (commits) => {
        const log = new Log();
        for (const [i, ids] of commits.entries()) {
          await log.commit(
            taken(
              i + 1,
              ids.map((id) => `n${id}`),
            ),
            { limits, now: 1_000 + i },
          );
          const head = log.head as Head;
          const { publications } = log;
          const first = head.offset - publications.length + 1;
          expect(publications.map(({ offset }) => offset)).toEqual(publications.map((_, n) => first + n));
          expect(publications.length).toBeGreaterThanOrEqual(Math.min(head.offset, 40));
          for (const { key, first: from, last } of head.segments) {
            const offsets = (log.documents.get(key) as Segment).publications.map(({ offset }) => offset);
            expect([offsets[0], offsets.at(-1)]).toEqual([from, last]);
          }
          for (const { key, count } of head.ids) {
            expect(decodeIds(log.documents.get(key) as Parameters<typeof decodeIds>[0])).toHaveLength(count);
          }
          expect([...log.documents.keys()].sort()).toEqual(
            [...head.segments, ...head.ids].map(({ key }) => key).sort(),
          );
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('a retraction', () => {
  it('should take an offset of its own and the content out of the segment, which is withdrawn', async () => {
    const log = new Log();
    await log.commit(taken(1, ['a', 'b', 'c']));
    const before = log.head?.segments[0]?.key ?? '';
    const { head, publications, documents, retired } = await log.commit(itemsOf(2, retract('b')));
    expect(publications).toEqual([{ offset: 4, notification: null, id: 'b', gone: 'retracted' }]);
    expect(log.shown).toEqual(['a', 'b retracted', 'c', 'b retracted']);
    const list = documents.find(({ key }) => key === head.withdrawn)?.value;
    expect(list).toEqual({ v: 1, keys: [before] });
    expect(retired).toEqual([]);
    expect(JSON.stringify([...log.documents.values()])).not.toContain('"title":"b"');
    expect((await log.commit(taken(3, ['d']))).head).not.toHaveProperty('withdrawn');
  });

  it('should leave documents alone when nothing of it is there, and keep an id away that comes later', async () => {
    const log = new Log();
    await log.commit(taken(1, ['a']));
    const { head } = await log.commit(itemsOf(2, retract('x')));
    expect(head).not.toHaveProperty('withdrawn');
    expect(head.retractions).toEqual([expect.objectContaining({ count: 1 })]);
    const { publications, suppressed } = await log.commit(itemsOf(3, 'x', 'b'));
    expect([publications.map(({ offset }) => offset), suppressed]).toEqual([[3], 1]);
    expect(log.shown).toEqual(['a', 'x retracted', 'b']);
  });

  it('should be taken once', async () => {
    const log = new Log();
    await log.commit(itemsOf(1, 'a', retract('a'), retract('a')));
    const { head, suppressed } = await log.commit(itemsOf(2, retract('a')));
    expect([head.offset, suppressed]).toEqual([2, 1]);
  });

  it('should take away what the same commit publishes, before it or after it', async () => {
    const log = new Log();
    const { suppressed } = await log.commit(itemsOf(1, 'a', retract('a'), 'b', retract('c'), 'c', 'a'));
    expect(log.shown).toEqual(['a retracted', 'a retracted', 'b', 'c retracted']);
    expect(suppressed).toBe(2);
    expect(log.indexed).toBe(0);
  });

  it('should take away what was published again after its id had been forgotten', async () => {
    const log = new Log();
    const limits = { ...DEFAULT_FEED_LIMITS, idsMax: 1 };
    for (const [n, id] of ['a', 'b', 'c', 'a'].entries()) await log.commit(taken(n + 1, [id]), { limits });
    await log.commit(itemsOf(5, retract('a')), { limits });
    expect(log.shown).toEqual(['a retracted', 'b', 'c', 'a retracted', 'a retracted']);
  });
});

describe('a collapse key', () => {
  it('should let the newest replace the older one, also within one commit and among others', async () => {
    const log = new Log();
    await log.commit(itemsOf(1, keyed('a', 'k'), keyed('b', 'l'), 'c'));
    await log.commit(itemsOf(2, keyed('d', 'k'), keyed('e', 'k')));
    expect(log.shown).toEqual(['a replaced', 'b', 'c', 'd replaced', 'e']);
    await log.commit(itemsOf(3, retract('e'), keyed('f', 'k')));
    expect(log.shown).toEqual(['a replaced', 'b', 'c', 'd replaced', 'e retracted', 'e retracted', 'f']);
  });

  it('should replace nothing when its own id was taken before', async () => {
    const log = new Log();
    await log.commit(itemsOf(1, keyed('a', 'k')));
    await log.commit(itemsOf(2, keyed('a', 'k')));
    expect(log.shown).toEqual(['a']);
  });
});

describe('an erasure', () => {
  it('should begin an empty epoch that keeps what is done, and withdraw all documents', async () => {
    const log = new Log();
    await log.commit(itemsOf(1, 'a', retract('x')));
    const named = log.head;
    const { head, documents, erased } = await log.commit(itemsOf(2, erase));
    const keys = [...(named?.segments ?? []), ...(named?.ids ?? []), ...(named?.retractions ?? [])];
    expect(erased).toBe(true);
    expect(head).toEqual({
      ...{ v: 1, epoch: '2-a', version: 2, offset: 0, segments: [], ids: [], erased: true },
      producers: { P0000001: [2, expect.any(Number)] },
      unconfirmed: [{ run: 'P0000001', from: 2, to: 2, first: 1, last: 0 }],
      withdrawn: documents[0]?.key,
    });
    expect(documents.map(({ value }) => value)).toEqual([{ v: 1, keys: keys.map(({ key }) => key) }]);
    expect([...log.documents.keys()]).toEqual([]);
  });

  it('should take the items before it along, and keep those behind it, ids and retractions forgotten', async () => {
    const log = new Log();
    await log.commit(itemsOf(1, keyed('a', 'k'), retract('x')));
    const { head } = await log.commit(itemsOf(2, 'b', erase, 'a', erase, keyed('a', 'k'), 'x', 'b'));
    expect(log.shown).toEqual(['a', 'x', 'b']);
    expect(head).toMatchObject({ epoch: '2-a', offset: 3, unconfirmed: [{ first: 1, last: 3 }] });
    expect((await log.commit(taken(3, ['c', 'a']))).head).toMatchObject({ epoch: '2-a', offset: 4 });
  });
});

it('should build the index only where something may be taken away', async () => {
  const log = new Log();
  await log.commit(taken(1, ['a']));
  await log.commit(taken(2, ['b']));
  expect(log.indexed).toBe(0);
  await log.commit(itemsOf(3, retract('a')));
  expect(log.indexed).toBe(1);
});

it('should show what a plain list would, whatever comes, and name no document that has what is gone', async () => {
  const limits = { ...DEFAULT_FEED_LIMITS, historyBytes: 40 * 600 };
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.nat(40).map((n) => ({ publish: `n${n}`, key: undefined })) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.nat(40), fc.nat(3)).map(([n, k]) => ({ publish: `n${n}`, key: `k${k}` })),
    },
    { weight: 3, arbitrary: fc.nat(45).map((n) => ({ retract: `n${n}` })) },
    { weight: 1, arbitrary: fc.nat(6).map((n) => (n === 0 ? { erase: true } : { retract: 'n0' })) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 5 }), { maxLength: 60 }), async (commits) => {
      const log = new Log();
      let list: { id: string; key: string | undefined; gone: string | undefined }[] = [];
      let retracted = new Set<string>();
      for (const [i, steps] of commits.entries()) {
        for (const what of steps) {
          if ('erase' in what) [list, retracted] = [[], new Set()];
          else if ('retract' in what) {
            const { retract: id } = what;
            if (retracted.has(id)) continue;
            retracted.add(id);
            for (const one of list) if (one.id === id) one.gone ??= 'retracted';
            list.push({ id, key: undefined, gone: 'retracted' });
          } else {
            const { publish: id, key } = what;
            if (retracted.has(id) || list.some((one) => one.id === id)) continue;
            for (const one of list) if (key !== undefined && one.key === key) one.gone ??= 'replaced';
            list.push({ id, key, gone: undefined });
          }
        }
        const items = steps.map((what) => {
          if ('erase' in what) return erase;
          if ('retract' in what) return retract(what.retract);
          return what.key === undefined ? notification(what.publish) : keyed(what.publish, what.key);
        });
        await log.commit(itemsOf(i + 1, ...items), { limits, now: 1_000 + i });
        expect(log.shown).toEqual(list.map(({ id, gone }) => (gone ? `${id} ${gone}` : id)));
        const contents = JSON.stringify([...log.documents.values()]);
        for (const { id } of list.filter(({ gone }) => gone))
          expect(contents).not.toContain(`"title":"${id}"`);
        const { segments, ids, retractions = [] } = log.head as Head;
        expect([...log.documents.keys()].sort()).toEqual(
          [...segments, ...ids, ...retractions].map(({ key }) => key).sort(),
        );
      }
    }),
    { numRuns: 60, seed: 20261124 },
  );
});

describe('a head', () => {
  it(
    'should name at most 64 segments and stay under 16 KB in the worst backlog',
    { timeout: 30_000 },
    async () => {
      const log = new Log();
      const limits = {
        ...DEFAULT_FEED_LIMITS,
        historyMax: 1_000_000,
        historyBytes: 40 * 1_024 * 126,
        idsMax: 20 * 1_024,
      };
      const feed = `user:${'\u{1F514}'.repeat(255)}`;
      const alike = (count: number, times: number) => Array.from({ length: times }, () => count);
      // Of each tier as many documents as can stand side by side.
      const counts = [
        ...alike(0, 300),
        ...alike(1_024, 45),
        ...[256, 64, 16, 4, 1].flatMap((count) => alike(count, 3)),
      ];
      // The same of retractions, which come before, so that their publications are history no longer.
      const full = fullRetractionsCount(limits);
      const sizes = [0, 1, 2, 3, 4].flatMap((power) => alike(full / 4 ** power, 3)).concat(1, 1, 1);
      let gone = 0;
      const retractions = (i: number): EntryItem[] => {
        const size = sizes[i - (300 - sizes.length)] ?? 0;
        return Array.from({ length: size }, () => retract(`gone${gone++}`));
      };
      let n = 100_000;
      for (const [i, count] of counts.entries()) {
        const ids = Array.from({ length: count }, () => `n${n++}`);
        const what = {
          ...taken(1, ids, `R${String(i).padStart(7, '0')}`),
          from: 900_000 + i,
          to: 900_000 + i,
        };
        what.items = [...what.items, ...retractions(i)];
        await log.commit(what, { limits, feed, now: 1_764_000_000_000 + i });
      }
      const head = { ...(log.head as Head), withdrawn: withdrawnKey('u0000000000') };
      expect(head.retractions?.length).toBeGreaterThan(15);
      expect(Object.keys(head.producers)).toHaveLength(MAX_RUNS);
      expect(head.segments.length).toBeGreaterThan(50);
      expect(head.segments.length).toBeLessThanOrEqual(64);
      expect(head.ids.length).toBeGreaterThan(30);
      // What small sizes hide: offsets and bytes of a feed that has been used for years.
      const used = head.segments.map((s) => ({
        ...s,
        first: s.first + 1e9,
        last: s.last + 1e9,
        bytes: s.bytes + 1e6,
      }));
      const size = Buffer.byteLength(JSON.stringify({ ...head, segments: used }));
      expect(size).toBeLessThan(16 * 1024);
    },
  );
});

it('should fit into what the sidecar takes in one request, with the most that can be set', () => {
  const limits = { ...DEFAULT_FEED_LIMITS, historyBytes: MAX_HISTORY_BYTES, idsMax: MAX_IDS };
  const base64 = (8 * 4) / 3;
  const smallest = 100;
  const segment = MAX_COMMIT_BYTES + 4 * fullSegmentBytes(limits);
  const ids = (MAX_COMMIT_BYTES / smallest + 4 * fullIdsCount(limits)) * base64;
  expect(segment + ids + 16 * 1024).toBeLessThan(4 * 1024 * 1024);
});
