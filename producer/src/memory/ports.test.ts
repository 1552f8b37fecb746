import { expect, it } from 'vitest';
import { dueWindowStoreSuite, jobsSuite, scheduleIndexStoreSuite } from '../../testing/schedule-suites.ts';
import { announcerSuite } from '../../testing/port-suites.ts';
import { MemoryAnnouncer } from './announcer.ts';
import { MemoryJobs } from './jobs.ts';
import { MemoryDueWindowStore } from './due-window-store.ts';
import { MemoryScheduleIndexStore } from './schedule-index-store.ts';

announcerSuite('memory', () => {
  const announcer = new MemoryAnnouncer();
  const announced = (run: string) =>
    Promise.resolve(announcer.announcements.filter((announcement) => announcement.run === run));
  return Promise.resolve({ announcer, announced });
});

jobsSuite(
  'memory',
  () => {
    const ids: string[] = [];
    const jobs: MemoryJobs = new MemoryJobs(async (name) => {
      const job = await jobs.find(name);
      if (job) ids.push(job.notification.id);
    });
    return Promise.resolve({ jobs, handedOver: () => Promise.resolve(ids) });
  },
  1_000,
);

dueWindowStoreSuite('memory', () => Promise.resolve(new MemoryDueWindowStore()));
scheduleIndexStoreSuite('memory', () => Promise.resolve(new MemoryScheduleIndexStore()));

it("should pass an announcement to the listener, and reject with the listener's error", async () => {
  const received: unknown[] = [];
  const announcement = {
    v: 2 as const,
    run: 'abcdefgh',
    partition: 0,
    seq: 1,
    expiresAt: '2999-01-01T00:00:00Z',
  };
  const announcer = new MemoryAnnouncer((announced) => {
    received.push(announced);
    return Promise.reject(new Error('no'));
  });
  await expect(announcer.announce(announcement)).rejects.toThrow('no');
  expect(received).toEqual([announcement]);
});
