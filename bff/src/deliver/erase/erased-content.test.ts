import { DEFAULT_FEED } from '@tocsin/contracts';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { ErasedContent, type Erased, type ItemContext } from './erased-content.ts';

const ERASED_AT = 1_000;
const erased: Erased[] = [
  { feed: 'user:ada', before: ERASED_AT },
  { feed: 'topic:a', before: ERASED_AT, ids: ['x'] },
  { feed: 'all', ids: ['gone', '12', 'a:b'] },
];

/** Naive reference implementation: searches each item's text for each erased feed and id. */
function isErasedNaively(item: unknown, { feed, id, publishedAt }: ItemContext): boolean {
  const members = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>;
  const text = JSON.stringify(item);
  const plain = text.replaceAll('\\', '');
  const base64 = /^"?([A-Za-z0-9+/]{16,}={0,2})"?$/.exec(plain)?.[1];
  const readings = [text, plain, ...(base64 ? [Buffer.from(base64, 'base64').toString('latin1')] : [])];
  const isBefore = ({ before }: Erased) => before !== undefined && publishedAt < before;
  const isMentioned = (erasure: Erased) =>
    readings.some(
      (reading) =>
        (isBefore(erasure) &&
          reading
            .split(erasure.feed)
            .slice(1)
            .some((following) => !/^[\p{L}\p{N}._:-]/u.test(following))) ||
        erasure.ids?.some((name) => reading.includes(`"${name}"`)),
    );
  if (typeof members['feed'] !== 'string' && erased.some((erasure) => isMentioned(erasure))) return true;
  const itemFeed = typeof members['feed'] === 'string' ? members['feed'] : (feed ?? DEFAULT_FEED);
  const itemId = typeof members['id'] === 'string' ? members['id'] : id;
  return erased.some(
    (erasure) =>
      erasure.feed === itemFeed &&
      (isBefore(erasure) || (itemId !== undefined && erasure.ids?.includes(itemId))),
  );
}

const name = fc.constantFrom(
  'user:ada',
  'user:adam',
  'topic:a',
  'all',
  'gone',
  '12',
  'a:b',
  'x',
  'y',
  '"',
  ',',
  '',
);
const text = fc.oneof(
  name,
  fc.array(name, { maxLength: 3 }).map((names) => names.join(' ')),
  fc.array(name, { maxLength: 3 }).map((names) => JSON.stringify(JSON.stringify(names))),
  fc.array(name, { maxLength: 3 }).map((names) => Buffer.from(JSON.stringify(names)).toString('base64')),
);
const leaf = fc.oneof(text, fc.constantFrom(0, 12, 1_234_567_890_123_456, true, null));
const item = fc.oneof(
  { weight: 3, arbitrary: leaf },
  fc.array(leaf, { maxLength: 3 }),
  fc.dictionary(fc.oneof(fc.constantFrom('feed', 'id'), name), leaf, { maxKeys: 3 }),
);
const context = fc.record(
  { feed: name, id: name, publishedAt: fc.constantFrom(ERASED_AT - 1, ERASED_AT) },
  { requiredKeys: ['publishedAt'] },
);

it('should match the naive implementation, for a single item and for an item among many', () => {
  const content = new ErasedContent(erased);
  fc.assert(
    fc.property(fc.array(item, { maxLength: 12 }), context, (items, itemContext) => {
      const expected = items.map((value) => isErasedNaively(value, itemContext));
      const isErased = content.createCheck(items);
      expect(items.map((_value, index) => isErased(index, itemContext))).toEqual(expected);
      expect(items.map((value) => content.has(value, itemContext))).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
});

it('should find a single erased item among 131,071 in a few searches', () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => `gone-${index}`);
  const content = new ErasedContent([{ feed: 'all', ids }]);
  const search = vi.spyOn(content, 'isMentionedIn');
  const items: unknown[] = Array<unknown>(131_071).fill(0);
  const erasedAmong = () => {
    const isErased = content.createCheck(items);
    return items.flatMap((_item, index) => (isErased(index, { publishedAt: 0 }) ? [index] : []));
  };
  expect(erasedAmong()).toEqual([]);
  expect(search).toHaveBeenCalledTimes(1);
  items[99_999] = 'gone-7';
  expect(erasedAmong()).toEqual([99_999]);
  // A binary search over 131,071 items takes 17 steps with two searches each.
  expect(search.mock.calls.length).toBeLessThan(40);
});

it('should search a text for feeds in the same number of steps, no matter how many feeds were erased', () => {
  const stepsAfter = (erasures: number) => {
    const feeds = Array.from({ length: erasures }, (_, n) => `user:${n + 10_000}`);
    const content = new ErasedContent(feeds.map((feed) => ({ feed, before: ERASED_AT })));
    const text = `${'x'.repeat(10_000)} user:99999 topic:10000 user:10000`;
    const steps = [vi.spyOn(String.prototype, 'indexOf'), vi.spyOn(String.prototype, 'slice')];
    expect(content.isMentionedIn(`${text}0`, 0)).toBe(false);
    const count = steps.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    for (const step of steps) step.mockRestore();
    expect(content.isMentionedIn(text, 0)).toBe(true);
    return count;
  };
  expect(stepsAfter(10_000)).toBe(stepsAfter(1));
});
