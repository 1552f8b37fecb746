import { beforeAll, describe, expect, it } from 'vitest';
import { PARTITION_VERSION, type PartitionAnnouncement } from '@tocsin/contracts';
import { newRun } from '../src/produce/ids.ts';
import type { Announcer } from '../src/produce/ports.ts';

export interface AnnouncerUnderTest {
  announcer: Announcer;
  /** All announcements in a run, oldest first. */
  announced(run: string): Promise<PartitionAnnouncement[]>;
}

const EXPIRES_AT = '2999-01-01T00:00:00.000Z';

export function announcerSuite(name: string, create: () => Promise<AnnouncerUnderTest>): void {
  describe(`${name} as an announcer`, () => {
    let tested: AnnouncerUnderTest;
    beforeAll(async () => void (tested = await create()));
    const announcementOf = (run: string, seq: number, partition = 0): PartitionAnnouncement => ({
      v: PARTITION_VERSION,
      run,
      partition,
      seq,
      expiresAt: EXPIRES_AT,
    });

    it('should make announcements in call order', async () => {
      const run = newRun();
      const announcements = [announcementOf(run, 1), announcementOf(run, 2, 7), announcementOf(run, 3)];
      for (const announcement of announcements) await tested.announcer.announce(announcement);
      expect(await tested.announced(run)).toEqual(announcements);
    });

    it('should publish an announcement on every call', async () => {
      const run = newRun();
      const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const announcement = { ...announcementOf(run, 7), traceparent: trace };
      for (let times = 0; times < 3; times++) await tested.announcer.announce(announcement);
      expect(await tested.announced(run)).toEqual([announcement, announcement, announcement]);
    });
  });
}
