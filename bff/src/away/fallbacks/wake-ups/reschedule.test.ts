import { expect, it } from 'vitest';
import { MemoryReaderStore } from '../../../memory/reader-store.ts';
import { after, arrival } from '../../../../testing/away/deployment.ts';
import { awayKey, hashOfReader, newAway } from '../document.ts';
import { createReschedule } from './reschedule.ts';
import { withUnpublished } from '../receipts/publish-receipts.ts';
import { register, newNotificationOf, retract } from '../register.ts';

const READER = 'user:ada';
const NOW = Date.parse('2026-01-01T10:00:00Z');

it('should only reschedule wake-ups of readers with waiting fallbacks or receipts, and reject unknown names', async () => {
  const store = new MemoryReaderStore();
  const set: [string, number][] = [];
  const wakeUps = { set: async (name: string, at: number) => void set.push([name, at]) };
  const options = { store, wakeUps, now: () => NOW };
  const reschedule = createReschedule({ ...options, publishesReceipts: true });
  const hash = hashOfReader(READER);
  expect(await reschedule(`away:${hash}:1`)).toBe(true);
  expect(set).toEqual([]);
  const added = newNotificationOf(arrival('a', after('PT5M')), () => []);
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
