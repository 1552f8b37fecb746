import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { READER, after, arrival, deployment, itemsOf, pass } from '../../../../testing/away/deployment.ts';
import { SEND_TIME_MS } from '../decide/decide.ts';
import { hashOfReader } from '../document.ts';

const START = new Date('2026-01-01T10:00:00Z').getTime();
beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const HASH = hashOfReader(READER);
const DUE = START + 5_000;
const fallback = () => itemsOf(arrival('a', after('PT5S')));
const endOfClaim = [`away:${HASH}:${DUE + SEND_TIME_MS}`, DUE + SEND_TIME_MS];

it('should not store another wake-up if the message is sent immediately', async () => {
  const { instance, titles } = deployment();
  const { fallbacks, set } = instance();
  await fallbacks.committed(fallback());
  await pass(10_000);
  expect([titles(), set.mock.calls.length]).toEqual([[['a']], 1]);
});

it('should store the next wake-up before acknowledging this one if sending the message takes longer', async () => {
  const { instance, presetResults } = deployment();
  const { fallbacks, set } = instance();
  presetResults.push('never');
  await fallbacks.committed(fallback());
  vi.setSystemTime(DUE);
  let isAcknowledged = false;
  void fallbacks.wake(`away:${HASH}:${DUE}`).then(() => (isAcknowledged = true));
  await pass(2_900);
  expect([isAcknowledged, set.mock.calls.length]).toEqual([false, 1]);
  await pass(200);
  expect([isAcknowledged, set.mock.calls.at(-1)]).toEqual([true, endOfClaim]);
});

it('should store the next wake-up before acknowledging this one if storing the outcome fails', async () => {
  const { instance, store, titles } = deployment();
  const { fallbacks, set } = instance();
  await fallbacks.committed(fallback());
  const write = store.write.bind(store);
  vi.spyOn(store, 'write').mockRejectedValue(new Error('store down')).mockImplementationOnce(write);
  vi.setSystemTime(DUE);
  expect(await fallbacks.wake(`away:${HASH}:${DUE}`)).toBe(true);
  expect([titles(), set.mock.calls.at(-1)]).toEqual([[['a']], endOfClaim]);
});

it('should refuse a wake-up while 664 others are being delivered, and handle it later', async () => {
  const { instance, store, titles } = deployment();
  const { fallbacks } = instance();
  await fallbacks.committed(fallback());
  const read = store.read.bind(store);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  vi.spyOn(store, 'read').mockImplementation(async (key) => {
    await released;
    return read(key);
  });
  const others = Array.from({ length: 664 }, (_, n) => n.toString(16).padStart(32, '0'));
  const checks = others.map((hash) => fallbacks.wake(`away:${hash}:${DUE}`));
  await pass(5_500);
  await expect(fallbacks.wake(`away:${HASH}:${DUE}`)).rejects.toThrow('664 tasks are running');
  release();
  await Promise.all(checks);
  expect(titles()).toEqual([]);
  await pass(1_000);
  expect(titles()).toEqual([['a']]);
});
