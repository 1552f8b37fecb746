import type { Publication, PublicationsEvent } from '@tocsin/contracts';
import { expect, it, vi } from 'vitest';
import { SendQueue } from './send-queue.ts';

const publication = (offset: number, body = ''): Publication => ({
  offset,
  notification: {
    ...{ id: `n${offset}`, feed: 'all', severity: 'info', title: 'T', createdAt: '2026-01-01T00:00:00.000Z' },
    ...(body && { body }),
  },
});
const event = (offsets: number[], members: Partial<PublicationsEvent> = {}): PublicationsEvent => ({
  ...{ feed: 'all', epoch: '1-a' },
  publications: offsets.map((offset) => publication(offset)),
  ...members,
});
const tick = () => new Promise((resolve) => setImmediate(resolve));
const offsetsOf = (sent: PublicationsEvent[]) =>
  sent.map(({ publications }) => publications.map(({ offset }) => offset));

/** Creates a send queue in which each send takes `sendMs` on a test clock. */
function queueWithSendTime(sendMs: number) {
  const sent: PublicationsEvent[] = [];
  const clock = { now: 0 };
  const send = (sentEvent: PublicationsEvent) => {
    sent.push(sentEvent);
    clock.now += sendMs;
  };
  return { queue: new SendQueue({ send, clock: () => clock.now }), sent, clock };
}

it("should send a tick's publications in order as one event per feed", async () => {
  const { queue, sent } = queueWithSendTime(0);
  for (const offset of [1, 2]) queue.add(event([offset]));
  queue.add(event([7, 8], { feed: 'topic:a' }));
  queue.add(event([3, 4]));
  expect(sent).toEqual([]);
  await tick();
  expect(sent.map(({ feed }) => feed)).toEqual(['all', 'topic:a']);
  expect(offsetsOf(sent)).toEqual([
    [1, 2, 3, 4],
    [7, 8],
  ]);
});

it('should not merge non-consecutive events', async () => {
  const { queue, sent } = queueWithSendTime(0);
  const events = [
    ...[event([1]), event([3]), event([3, 4]), event([1], { epoch: '2-b' })],
    ...[event([], { epoch: '3-c' }), event([1], { epoch: '3-c' })],
  ];
  for (const queued of events) queue.add(queued);
  await tick();
  expect(sent.map(({ epoch }) => epoch)).toEqual(['1-a', '1-a', '1-a', '2-b', '3-c', '3-c']);
  expect(offsetsOf(sent)).toEqual([[1], [3], [3, 4], [1], [], [1]]);
});

it("should keep each event within the contract's limits", async () => {
  const { queue, sent } = queueWithSendTime(0);
  for (let offset = 1; offset <= 1_001; offset++) queue.add(event([offset]));
  const body = '🔔'.repeat(2_000);
  for (let i = 1; i <= 40; i++)
    queue.add(event([], { feed: 'topic:a', publications: [publication(i, body)] }));
  await tick();
  expect(sent.filter(({ feed }) => feed === 'all').map(({ publications }) => publications.length)).toEqual([
    1_000, 1,
  ]);
  const large = sent.filter(({ feed }) => feed === 'topic:a');
  expect(large.length).toBeGreaterThan(1);
  for (const part of large) expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThan(256 * 1024);
  expect(offsetsOf(large).flat()).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
});

it('should rest in proportion to the time that sending took, and batch publications while resting', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { queue, sent, clock } = queueWithSendTime(5);
    queue.add(event([1]));
    await tick();
    for (const offset of [2, 3]) queue.add(event([offset]));
    await tick();
    expect(offsetsOf(sent)).toEqual([[1]]);
    vi.advanceTimersByTime(9);
    expect(offsetsOf(sent)).toEqual([[1]]);
    vi.advanceTimersByTime(1);
    expect(offsetsOf(sent)).toEqual([[1], [2, 3]]);
    clock.now += 1_000;
    queue.add(event([4]));
    await tick();
    expect(offsetsOf(sent)).toEqual([[1], [2, 3], [4]]);
  } finally {
    vi.useRealTimers();
  }
});

it("should send a feed's queued publications immediately when flushed, and only once", async () => {
  const { queue, sent } = queueWithSendTime(0);
  queue.add(event([1]));
  queue.add(event([1], { feed: 'topic:a' }));
  queue.flush('all');
  queue.flush('all');
  expect(sent.map(({ feed }) => feed)).toEqual(['all']);
  await tick();
  expect(sent.map(({ feed }) => feed)).toEqual(['all', 'topic:a']);
});
