import { expect, it } from 'vitest';
import { jobsSuite, soonStoreSuite } from '../testing/schedule-suites.ts';
import { announcerSuite, entryStoreSuite } from '../testing/port-suites.ts';
import { MemoryAnnouncer } from './announcer.ts';
import { MemoryEntries } from './entries.ts';
import { MemoryJobs } from './jobs.ts';
import { MemorySoonStore } from './soon-store.ts';

entryStoreSuite('memory', () => {
  const store = new MemoryEntries();
  return Promise.resolve({ store, read: (key) => Promise.resolve(store.values.get(key)) });
});

announcerSuite('memory', () => {
  const announcer = new MemoryAnnouncer();
  const announced = (run: string) =>
    Promise.resolve(announcer.announcements.filter((announcement) => announcement.run === run));
  return Promise.resolve({ announcer, announced });
});

jobsSuite('memory', () => {
  const ids: string[] = [];
  const jobs: MemoryJobs = new MemoryJobs(async (name) => {
    const kept = await jobs.find(name);
    if (kept) ids.push(kept.notification.id);
  });
  return Promise.resolve({ jobs, handedOver: () => Promise.resolve(ids) });
});

soonStoreSuite('memory', () => Promise.resolve(new MemorySoonStore()));

it('should tell its listener, and fail with it', async () => {
  const heard: unknown[] = [];
  const announcement = {
    v: 2 as const,
    run: 'abcdefgh',
    partition: 0,
    seq: 1,
    expiresAt: '2999-01-01T00:00:00Z',
  };
  const announcer = new MemoryAnnouncer((told) => {
    heard.push(told);
    return Promise.reject(new Error('no'));
  });
  await expect(announcer.announce(announcement)).rejects.toThrow('no');
  expect(heard).toEqual([announcement]);
});
