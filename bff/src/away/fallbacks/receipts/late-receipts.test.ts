import { LATE_RECEIPTS_KEY, type ReceiptEvent } from '@tocsin/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { receiptEnvelope } from '../../../feed/receipt-event.ts';
import { MemoryReaderStore } from '../../../memory/reader-store.ts';
import { LateReceipts } from './late-receipts.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** Instances that share a store and a broker that tests can stop. */
function deployment() {
  const store = new MemoryReaderStore();
  const broker = { isUp: false, attempts: 0, accepted: [] as string[], refused: '' };
  const instance = () =>
    new LateReceipts({
      ...{ store, onError: () => undefined, now: () => Date.now() },
      publish: async ({ id }) => {
        broker.attempts++;
        if (!broker.isUp || id === broker.refused) throw new Error('the broker is down');
        broker.accepted.push(id);
      },
    });
  const storedJson = async () => JSON.stringify((await store.read(LATE_RECEIPTS_KEY))?.value ?? '');
  return { store, broker, instance, storedJson };
}

const readEvent = (id: string, feed = 'user:ada', ids = ['a']): ReceiptEvent => ({
  ...receiptEnvelope(id, 1_000_000),
  ...{ type: 'tocsin.notifications.read', data: { feed, ids, more: false } },
});

it('should keep events while the broker is down, so that any instance can publish them later', async () => {
  const { broker, instance, storedJson } = deployment();
  const [one, other] = [instance(), instance()];
  for (const id of ['e1', 'e2', 'e1']) await one.publish(readEvent(id));
  expect(broker.attempts).toBe(1);
  one.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  broker.isUp = true;
  await vi.advanceTimersByTimeAsync(20_000);
  expect([broker.accepted, await storedJson()]).toEqual([['e1', 'e2'], '{"v":1,"waiting":[]}']);
  await other.publish(readEvent('e3'));
  expect(broker.accepted).toEqual(['e1', 'e2', 'e3']);
});

it('should publish each event only once, even if the broker is slow', async () => {
  const { store, broker, instance } = deployment();
  const previous = instance();
  await previous.publish(readEvent('e1'));
  previous.stop();
  let accept = (): void => undefined;
  const late = new LateReceipts({
    ...{ store, onError: () => undefined, now: () => Date.now() },
    publish: ({ id }) =>
      new Promise((resolve) => {
        broker.accepted.push(id);
        accept = resolve;
      }),
  });
  await vi.advanceTimersByTimeAsync(20_000);
  accept();
  await vi.advanceTimersByTimeAsync(20_000);
  late.stop();
  expect(broker.accepted).toEqual(['e1']);
});

it('should publish the rest if the broker refuses an event, and drop the refused event after a day', async () => {
  const { broker, instance, storedJson } = deployment();
  const late = instance();
  for (const id of ['e1', 'e2']) await late.publish(readEvent(id));
  Object.assign(broker, { isUp: true, refused: 'e1' });
  await vi.advanceTimersByTimeAsync(20_000);
  await late.publish(readEvent('e3'));
  expect(broker.accepted).toEqual(['e2', 'e3']);
  expect(await storedJson()).toContain('e1');
  vi.setSystemTime(Date.now() + 24 * 60 * 60_000);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await storedJson()).not.toContain('e1');
});

it("should not keep an erased feed's events", async () => {
  const { instance, storedJson } = deployment();
  const late = instance();
  await late.publish(readEvent('e1'));
  await late.publish(readEvent('e2', 'user:ben'));
  await late.erase('user:ada');
  expect(await storedJson()).toContain('user:ben');
  expect(await storedJson()).not.toContain('user:ada');
});

it('should reject an event if the backlog is full or the store is also down', async () => {
  const { store, instance } = deployment();
  const late = instance();
  const ids = Array.from({ length: 1_000 }, (_, n) => `${n}`.padStart(128, 'x'));
  for (const id of ['e1', 'e2', 'e3']) await late.publish(readEvent(id, 'user:ada', ids));
  await expect(late.publish(readEvent('e4', 'user:ada', ids))).rejects.toThrow(
    'too many receipts are waiting',
  );
  vi.spyOn(store, 'write').mockRejectedValue(new Error('store down'));
  await expect(late.publish(readEvent('e5'))).rejects.toThrow('store down');
});
