import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { READER, after, arrival, deployment, pass } from '../../../../testing/away/deployment.ts';
import type { SendResult } from '../../channels/channel.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-01-01T10:00:00Z') }));
afterEach(() => void vi.useRealTimers());

/** Maximum messages in flight per channel. */
const MAX_SENDS = 100;

it('should not repeat a message while the channel is at its limit, and check at most once a second', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let sends = 0;
  const send = async ({ reader }: { reader: string }): Promise<SendResult> => {
    if (reader !== READER) await released;
    else if (++sends === 1) return { outcome: 'unknown', reason: '500' };
    return { outcome: 'sent' };
  };
  const channel = { name: 'webhook', repeatable: true, reaches: () => true, send };
  const { fallbacks, set } = deployment({ repeats: true }, channel).instance();
  const commit = (feed: string, delay: string) =>
    fallbacks.committed(
      new Map([[feed, [{ seq: 1, index: 0, item: { ...arrival('a', after(delay)), feed } }]]]),
    );
  await commit(READER, 'PT5S');
  await Promise.all(Array.from({ length: MAX_SENDS }, (_, n) => commit(`user:other-${n}`, 'PT7S')));
  // After 12 s, the wake-ups for the other readers' deadlines have been set.
  await pass(12_000);
  set.mockClear();
  await pass(10_000);
  expect(sends).toBe(1);
  expect(set.mock.calls.length).toBeLessThan(12);
  release();
  await pass(5_000);
  expect(sends).toBe(2);
});
