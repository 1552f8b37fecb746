import { mutesKey } from '@tocsin/contracts';
import { beforeEach, expect, it } from 'vitest';
import { MemoryBroadcaster } from '../memory/broadcaster.ts';
import type { ReaderEvent } from './ports.ts';
import { ReaderNews } from './reader-news.ts';

const ADA = 'user:ada';
let channel: MemoryBroadcaster;
let told: ReaderEvent[];
let faults: number;
let reads: number;
let here: boolean;
/** Ends the reads under way. */
let release: (() => void)[];
let fails: number;
beforeEach(() => {
  channel = new MemoryBroadcaster();
  [told, faults, reads, here, release, fails] = [[], 0, 0, true, [], 0];
  new ReaderNews({
    channel,
    states: {
      stored: async () => {
        reads++;
        const document = { v: 1 as const, epoch: '1-a', offset: reads, ids: ['a'], at: 1 };
        if (reads <= fails) throw new Error('no store');
        await new Promise<void>((resolve) => release.push(resolve));
        return document;
      },
    },
    mutes: { of: async () => ({ feeds: [mutesKey('x')], severities: [] }) },
    isHere: () => here,
    tell: (event) => told.push(event),
    onFault: () => {
      faults++;
    },
    pause: () => Promise.resolve(),
  });
});
const changed = (version: string) => channel.tell({ name: 'read', reader: ADA, feed: 'all', version });
const settle = async () => {
  for (let i = 0; i < 20; i++) {
    release.splice(0).forEach((end) => end());
    await new Promise((resolve) => setImmediate(resolve));
  }
};

it('should tell the connections here what the document says, with one read for changes that come together', async () => {
  for (let n = 1; n <= 10; n++) await changed(String(n));
  await settle();
  expect(reads).toBe(2);
  expect(told.at(-1)).toEqual({
    ...{ name: 'read', reader: ADA },
    event: { feed: 'all', epoch: '1-a', offset: 2, ids: ['a'] },
  });
  await channel.tell({ name: 'mutes', reader: ADA, version: '1' });
  await settle();
  expect(told.at(-1)).toMatchObject({ name: 'mutes', event: { severities: [] } });
});

it('should read nothing for a reader who has no connection here', async () => {
  here = false;
  await changed('1');
  await settle();
  expect([reads, told]).toEqual([0, []]);
});

it('should try again when a document cannot be read, and give up in the end', async () => {
  fails = 2;
  await changed('1');
  await settle();
  expect([faults, told.length]).toEqual([2, 1]);
  fails = 1_000;
  await changed('2');
  await settle();
  expect([faults, told.length]).toEqual([7, 1]);
});
