import { expect, it } from 'vitest';
import { MemoryReaderStore } from '../../../memory/reader-store.ts';
import { after, arrival } from '../../../../testing/away/deployment.ts';
import { awayKey, hashOfReader, newAway } from '../document.ts';
import { createReschedule } from './reschedule.ts';
import { withUnpublished } from '../receipts/publish-receipts.ts';
import { register, newNotificationOf, retract } from '../register.ts';

const READER = 'user:ada';
const NOW = Date.parse('2026-01-01T10:00:00Z');
const HOUR_MS = 60 * 60_000;

it('should only reschedule wake-ups of readers with waiting fallbacks or receipts, and reject unknown names', async () => {
  const store = new MemoryReaderStore();
  const set: [string, number][] = [];
  const wakeUps = { set: async (name: string, at: number) => void set.push([name, at]) };
  const options = { store, wakeUps, now: () => NOW };
  const reschedule = createReschedule({ ...options, publishesReceipts: true });
  const hash = hashOfReader(READER);
  expect(await reschedule(`away:${hash}:1`)).toBe(true);
  expect(set).toEqual([]);
  const createdAt = new Date(NOW - HOUR_MS).toISOString();
  const added = newNotificationOf({ ...arrival('a', after('PT1H')), createdAt }, () => []);
  const document = register(newAway(READER), added ? [added] : [], NOW);
  await store.write(awayKey(hash), document, undefined);
  expect(await reschedule(`away:${hash}:1`)).toBe(true);
  expect(set).toEqual([[expect.stringMatching(`^away:${hash}:`), NOW + 60_000]]);
  expect(await reschedule('backup')).toBe(false);
  const stored = await store.read(awayKey(hash));
  const unpublished = withUnpublished(
    document,
    retract(document, () => true, NOW),
  );
  await store.write(awayKey(hash), unpublished, stored?.etag);
  expect(await reschedule(`away:${hash}:2`)).toBe(true);
  expect(set).toHaveLength(2);
  const withoutTopic = createReschedule({ ...options, publishesReceipts: false });
  expect(await withoutTopic(`away:${hash}:3`)).toBe(true);
  expect(set).toHaveLength(2);
});

it.each([
  ['to the time of the next fallback', [-10 * HOUR_MS], 10 * HOUR_MS],
  ['by a minute if the next fallback is due sooner', [-30_000], 60_000],
  ['by as long as a fallback has been overdue', [5 * 60_000], 5 * 60_000],
  ['by an hour if a fallback has been overdue for longer', [48 * HOUR_MS], HOUR_MS],
  ['to the time of a later fallback, even if another is overdue', [48 * HOUR_MS, -10 * 60_000], 10 * 60_000],
  ['by a minute if a later fallback is due sooner', [48 * HOUR_MS, -10_000], 60_000],
])('should reschedule a wake-up %s', async (_, overdue, delay) => {
  const store = new MemoryReaderStore();
  const times: number[] = [];
  const wakeUps = { set: async (_name: string, at: number) => void times.push(at - NOW) };
  const added = overdue.flatMap((ms, n) => {
    const createdAt = new Date(NOW - ms - 1_000).toISOString();
    return newNotificationOf({ ...arrival(`n${n}`, after('PT1S')), createdAt }, () => []) ?? [];
  });
  const hash = hashOfReader(READER);
  await store.write(awayKey(hash), register(newAway(READER), added, NOW), undefined);
  const reschedule = createReschedule({ store, wakeUps, now: () => NOW, publishesReceipts: false });
  await reschedule(`away:${hash}:1`);
  expect(times).toEqual([delay]);
});
