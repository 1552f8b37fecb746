import { beforeEach, expect, it } from 'vitest';
import { MemoryBroadcaster } from '../../memory/broadcaster.ts';
import type { ReaderChangeOf, ReaderEvent } from './reader-change.ts';
import { ReaderEvents, type ReaderEventSources } from './reader-events.ts';

const ADA = 'user:ada';
let channel: MemoryBroadcaster;
let sent: ReaderEvent[];
let faults: number;
let reads: number;
let isConnected: boolean;
/** Each function completes a running read. */
let release: (() => void)[];
let failedReads: number;
beforeEach(() => {
  channel = new MemoryBroadcaster();
  [sent, faults, reads, isConnected, release, failedReads] = [[], 0, 0, true, [], 0];
  new ReaderEvents({
    channel,
    sources: {
      read: async ({ feed }: ReaderChangeOf<'read'>) => {
        reads++;
        const payload = { feed, epoch: '1-a', offset: reads, ids: ['a'] };
        if (reads <= failedReads) throw new Error('store down');
        await new Promise<void>((resolve) => release.push(resolve));
        return payload;
      },
      mutes: async () => ({ feeds: ['topic:a'], severities: [] }),
      // The test doesn't need sources for other events.
    } as unknown as ReaderEventSources,
    isConnected: () => isConnected,
    send: (event) => sent.push(event),
    onError: () => {
      faults++;
    },
    pause: () => Promise.resolve(),
  });
});
const publishChange = (version: string) =>
  channel.publish({ name: 'read', reader: ADA, feed: 'all', version });
const settle = async () => {
  for (let i = 0; i < 20; i++) {
    release.splice(0).forEach((end) => end());
    await new Promise((resolve) => setImmediate(resolve));
  }
};

it("should send the document to this instance's connections, and read it at most twice for concurrent changes", async () => {
  for (let n = 1; n <= 10; n++) await publishChange(String(n));
  await settle();
  expect(reads).toBe(2);
  expect(sent.at(-1)).toEqual({
    ...{ name: 'read', reader: ADA },
    payload: { feed: 'all', epoch: '1-a', offset: 2, ids: ['a'] },
  });
  await channel.publish({ name: 'mutes', reader: ADA, version: '1' });
  await settle();
  expect(sent.at(-1)).toMatchObject({ name: 'mutes', payload: { severities: [] } });
});

it('should not read a document for a reader without connections on this instance', async () => {
  isConnected = false;
  await publishChange('1');
  await settle();
  expect([reads, sent]).toEqual([0, []]);
});

it('should retry if reading a document fails, and give up after five attempts', async () => {
  failedReads = 2;
  await publishChange('1');
  await settle();
  expect([faults, sent.length]).toEqual([2, 1]);
  failedReads = 1_000;
  await publishChange('2');
  await settle();
  expect([faults, sent.length]).toEqual([7, 1]);
});
