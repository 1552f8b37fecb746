import { receiptCountsKey, type FeedMarks } from '@tocsin/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryReaderStore } from '../../memory/reader-store.ts';
import { ReceiptCounter } from './receipt-counter.ts';

const FEED = 'topic:orders';
const EPOCH = '1-a';
const IDS = ['a', 'b', 'c', 'd', 'e'];
const feedHistory = {
  head: { epoch: EPOCH, offset: IDS.length },
  history: {
    head: IDS.length,
    floor: 1,
    readRange: async () => [],
    ids: async (first: number, last: number) => IDS.slice(first - 1, last),
  },
};
const marks = (changed: Partial<FeedMarks> = {}): FeedMarks => ({
  ...{ epoch: EPOCH, seen: 0, unread: [], archived: [], at: 0 },
  ...changed,
});

let store: MemoryReaderStore;
let faults: unknown[];
const counters: ReceiptCounter[] = [];
const create = () => {
  const onError = (_feed: string, error: unknown) => faults.push(error);
  const counter = new ReceiptCounter({ store, ttlSecondsOf: () => 60, onError });
  counters.push(counter);
  return counter;
};
beforeEach(() => {
  store = new MemoryReaderStore();
  faults = [];
});
afterEach(() => Promise.all(counters.splice(0).map((counter) => counter.stop())));

const countsOf = async (counter: ReceiptCounter) =>
  Promise.all(
    IDS.map(async (_, index) => {
      const counts = await counter.countsOf(FEED, { epoch: EPOCH, offset: index + 1 });
      return counts && [counts.pages, counts.seen, counts.read, counts.archived].join('');
    }),
  );

it("should count each publication's readers across instances with at most three writes in total", async () => {
  const [one, other] = [create(), create()];
  const write = vi.spyOn(store, 'write');
  one.delivered(FEED, EPOCH, 2, 5);
  await one.readStateChanged(FEED, feedHistory, { offset: 0, ids: [] }, { offset: 2, ids: ['d'] });
  await one.readStateChanged(FEED, feedHistory, { offset: 0, ids: ['b', 'e'] }, { offset: 3, ids: ['e'] });
  other.marksChanged(FEED, feedHistory, marks(), marks({ seen: 4, archived: [[2, 3]] }));
  other.marksChanged(FEED, feedHistory, marks({ archived: [[2, 3]] }), marks({ archived: [[3, 3]] }));
  expect(write).not.toHaveBeenCalled();
  await Promise.all([one.flush(), other.flush()]);
  expect(write.mock.calls.length).toBeLessThanOrEqual(3);
  expect(await countsOf(one)).toEqual(['0120', '1110', '1111', '1110', '1000']);
});

it("should not restore an erased feed's counts", async () => {
  const counter = create();
  counter.delivered(FEED, EPOCH, 1, 5);
  const write = store.write.bind(store);
  let finish: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    store.write = async (...args) => {
      resolve();
      await new Promise<void>((done) => (finish = done));
      await write(...args);
    };
  });
  const flushed = counter.flush();
  await started;
  const erased = counter.erase(FEED);
  finish();
  await Promise.all([erased, flushed]);
  expect(await store.read(receiptCountsKey(FEED))).toBeUndefined();
});

it("should count a change once if it's unknown whether the write succeeded", async () => {
  const counter = create();
  const write = store.write.bind(store);
  const failing = vi.spyOn(store, 'write').mockImplementation(async (...document) => {
    await write(...document);
    throw new Error('no response');
  });
  counter.delivered(FEED, EPOCH, 1, 5);
  await counter.flush();
  failing.mockRejectedValue(new Error('store down'));
  counter.delivered(FEED, EPOCH, 1, 1);
  await counter.flush();
  expect(faults).toHaveLength(1);
  failing.mockRestore();
  await counter.flush();
  await counter.flush();
  expect(await countsOf(counter)).toEqual(['2000', '1000', '1000', '1000', '1000']);
});

it("should count deliveries but not marks in a user feed, and forget an erased feed's counts", async () => {
  const counter = create();
  const feed = 'user:ada';
  counter.delivered(feed, EPOCH, 1, 1);
  await counter.readStateChanged(feed, feedHistory, { offset: 0, ids: [] }, { offset: 2, ids: [] });
  await counter.flush();
  const position = { epoch: EPOCH, offset: 1 };
  expect(await counter.countsOf(feed, position)).toMatchObject({ pages: 1, read: 0 });
  counter.delivered(feed, EPOCH, 1, 1);
  await counter.erase(feed);
  await counter.flush();
  expect(await store.read(receiptCountsKey(feed))).toBeUndefined();
});

it('should write at most 100 feeds at a time, and write the other feeds later', async () => {
  const counter = create();
  const write = vi.spyOn(store, 'write');
  for (let n = 0; n < 150; n++) counter.delivered(`user:${n}`, EPOCH, 1, 1);
  await counter.flush();
  expect(write).toHaveBeenCalledTimes(100);
  await counter.flush();
  expect(write).toHaveBeenCalledTimes(150);
});
