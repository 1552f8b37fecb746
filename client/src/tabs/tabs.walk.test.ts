import fc from 'fast-check';
import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest';
import { TabsFixture, type TabWithClient } from '../testing/tabs-fixture.ts';

type Step = (fixture: TabsFixture) => void;

const MAX_TABS = 6;
const pick = (fixture: TabsFixture, n: number): TabWithClient | undefined =>
  fixture.openTabs[n % Math.max(1, fixture.openTabs.length)];
const open: Step = (fixture) => {
  if (fixture.openTabs.length >= MAX_TABS) return;
  fixture.open(fixture.tabs.length % 2 === 0 ? ['all'] : ['all', 'topic:a']);
};

const anyIndex = fc.nat(MAX_TABS - 1);
const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.tuple(fc.constantFrom('all', 'topic:a'), fc.integer({ min: 1, max: 30 })).map(
      ([feed, count]): Step =>
        ({ server }) =>
          server.publish(feed, count),
    ),
  },
  { weight: 3, arbitrary: fc.constant(open) },
  {
    weight: 2,
    arbitrary: anyIndex.map(
      (n): Step =>
        (fixture) =>
          pick(fixture, n)?.close(),
    ),
  },
  {
    weight: 2,
    arbitrary: anyIndex.map(
      (n): Step =>
        (fixture) =>
          pick(fixture, n)?.close({ killed: true }),
    ),
  },
  {
    weight: 3,
    arbitrary: anyIndex.map(
      (n): Step =>
        (fixture) =>
          pick(fixture, n)?.tab.freeze(),
    ),
  },
  {
    weight: 3,
    arbitrary: anyIndex.map(
      (n): Step =>
        (fixture) =>
          pick(fixture, n)?.tab.thaw(),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(anyIndex, fc.constantFrom<0 | 1 | 2>(0, 1, 2)).map(
      ([n, degree]): Step =>
        (fixture) =>
          pick(fixture, n)?.tab.show(degree),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>(({ server }) => server.cut()) },
);
const pause = fc.constantFrom(0, 1, 2, 5, 10, 30, 200, 2_000, 9_000);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it(
  'should never lose, duplicate or reorder notifications in any tab, and should end with a single connection and one presenter per feed',
  { timeout: 300_000 },
  async () => {
    const walk = fc.array(fc.tuple(step, pause), { minLength: 10, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(walk, async (steps) => {
        const fixture = new TabsFixture();
        try {
          for (let n = 0; n < 3; n++) open(fixture);
          for (const [act, ms] of steps) {
            act(fixture);
            await vi.advanceTimersByTimeAsync(ms);
          }
          for (const { tab } of fixture.openTabs) tab.thaw();
          open(fixture);
          await vi.advanceTimersByTimeAsync(45_000);
          for (const feed of ['all', 'topic:a']) fixture.server.publish(feed);
          await vi.advanceTimersByTimeAsync(1_000);
          expect(fixture.server.connections).toBe(1);
          for (const { client, shown, errors } of fixture.openTabs) {
            expect(errors.filter((error) => !error.includes('acknowledgement'))).toEqual([]);
            expect(client.status).toBe('live');
            for (const [feed, ids] of shown) expect(ids).toEqual(fixture.server.ids(feed));
          }
          expect(fixture.openTabs.filter(({ client }) => client.presenting)).toHaveLength(1);
          for (const feed of ['all', 'topic:a']) {
            const last = fixture.server.ids(feed).at(-1) ?? '';
            const isFollowed = fixture.openTabs.some(({ shown }) => shown.has(feed));
            const presenting = fixture.openTabs.filter(({ presented }) => presented.includes(last));
            expect(presenting).toHaveLength(isFollowed ? 1 : 0);
          }
        } finally {
          fixture.close();
        }
      }),
      { numRuns: Math.ceil(150 * inject('walkShare')), seed: 20261124 },
    );
  },
);
