import { expect, it } from 'vitest';
import { Fixture, notification, retract } from '../../../testing/feed-fixture.ts';

const HOUR_MS = 60 * 60 * 1000;
const MONTH_MS = 30 * 24 * HOUR_MS;

const fixtureWith = (historyTtlMs: number): Fixture => {
  const fixture = new Fixture();
  fixture.limits.historyTtlMs = historyTtlMs;
  return fixture;
};

it('should remember ids and retractions for as long as the history is kept', async () => {
  const fixture = fixtureWith(MONTH_MS);
  fixture.put(1, [notification('a'), retract('b')]);
  await fixture.instance().turn(1);
  for (const { key, ttlSeconds } of fixture.log.commits.flatMap(({ documents }) => documents))
    expect(ttlSeconds, key).toBe((MONTH_MS + HOUR_MS) / 1000);
  fixture.now += 29 * 24 * HOUR_MS;
  fixture.deposit(2, ['a', 'b', 'c']);
  await fixture.instance().turn(2);
  expect(await fixture.ids()).toEqual(['a', 'b retracted', 'c']);
  expect(fixture.losses).toEqual([]);
});

it('should not treat expired documents as lost if they were written before HISTORY_TTL was raised', async () => {
  const fixture = fixtureWith(24 * HOUR_MS);
  fixture.put(1, [notification('a'), retract('b')]);
  await fixture.instance().turn(1);
  const { epoch, segments = [], ids = [], retractions = [] } = fixture.head ?? {};
  fixture.limits.historyTtlMs = MONTH_MS;
  fixture.now += 26 * HOUR_MS;
  const expired = [...segments, ...ids, ...retractions].map(({ key }) => key);
  expect(expired).toHaveLength(3);
  await fixture.log.removeDocuments(expired);
  fixture.deposit(2, ['c']);
  await fixture.instance().turn(2);
  expect(fixture.losses).toEqual([]);
  expect(fixture.head?.epoch).toBe(epoch);
  expect(await fixture.ids()).toEqual(['c']);
});
