import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Notification, NotificationInput } from '@tocsin/contracts';
import { MemoryDueWindowStore } from '../memory/due-window-store.ts';
import { whenClaimed } from '../../testing/fake-time.ts';
import { idsOf, notification, testProducer } from '../../testing/test-producer.ts';
import { testSchedules } from '../../testing/test-schedules.ts';
import { LEAD_MS } from './schedules.ts';
import { MAX_DUE } from './due-window.ts';

const START = new Date('2026-01-01T00:00:00Z').getTime();
beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const instance = (
  options: Parameters<typeof testSchedules>[1] = {},
  producerOptions: Parameters<typeof testProducer>[0] = {},
) => {
  const fixture = testProducer(producerOptions);
  const scheduled = testSchedules(fixture.producer, options);
  scheduled.schedules.start();
  const delivered = () => fixture.backend.deposited.flatMap((entry) => idsOf(entry));
  return { ...fixture, ...scheduled, delivered };
};
const input = (id: string, inMs: number, members: Partial<NotificationInput> = {}): NotificationInput => ({
  id,
  title: id,
  deliverAt: new Date(Date.now() + inMs).toISOString(),
  ...members,
});
const stored = (id: string, at: number): { notification: Notification; at: number } => ({
  notification: notification(id),
  at,
});

describe('a schedule', () => {
  it('should be delivered when due, not earlier, and be dated accordingly', async () => {
    const { publishService, delivered, backend, dueWindowStore } = instance();
    expect(await publishService.publish([input('soon', 5_000)])).toEqual({
      ids: ['soon'],
      outcome: 'accepted',
    });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(delivered()).toEqual([]);
    await vi.advanceTimersByTimeAsync(10);
    expect(delivered()).toEqual(['soon']);
    const [item] = backend.deposited[0]!.notifications as Notification[];
    expect(item?.createdAt).toBe(new Date(START + 5_000).toISOString());
    expect(item).not.toHaveProperty('deliverAt');
    expect(dueWindowStore.documents.size).toBe(0);
  });

  it('should be delivered immediately if already due', async () => {
    const { publishService, delivered } = instance();
    await publishService.publish([input('late', -5_000)]);
    expect(delivered()).toEqual(['late']);
  });

  it('should be a job until half a minute before it is due, then move into the due window', async () => {
    const { publishService, jobs, dueWindowStore, delivered } = instance();
    await publishService.publish([input('far', 24 * 60 * 60 * 1000), input('near', 2 * LEAD_MS)]);
    expect([jobs.names.length, dueWindowStore.documents.size]).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(24 * 60 * 60 * 1000 - LEAD_MS);
    expect([jobs.names.length, dueWindowStore.documents.size, delivered()]).toEqual([0, 1, ['near']]);
    await vi.advanceTimersByTimeAsync(LEAD_MS + 10);
    expect(delivered()).toEqual(['near', 'far']);
  });

  it('should be delivered soon after it is due if the machine slept, which stops timers', async () => {
    const { publishService, delivered } = instance();
    await publishService.publish([input('soon', 50_000), input('later', 58_000)]);
    vi.setSystemTime(START + 50_000);
    await vi.advanceTimersByTimeAsync(5_100);
    expect(delivered()).toEqual(['soon']);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(delivered()).toEqual(['soon', 'later']);
  });

  it('should be stored exactly once even if the clock jumps between two reads', async () => {
    for (const step of [-1, 1]) {
      let reads = 0;
      const { schedules, jobs, dueWindowStore } = instance({
        now: () => START + step * Math.min(1, reads++),
      });
      await schedules.add([stored('a', START + 2 * LEAD_MS + Math.max(0, step))]);
      expect(jobs.names.length + dueWindowStore.documents.size).toBe(1);
    }
  });

  it('should be accepted together with an immediate notification', async () => {
    const { publishService, delivered } = instance();
    const { ids } = await publishService.publish([{ title: 'now', id: 'now' }, input('then', 1_000)]);
    expect([ids, delivered()]).toEqual([['now', 'then'], ['now']]);
  });

  it('should keep the original content when the request is repeated', async () => {
    const { publishService, backend } = instance();
    await publishService.publish([input('a', 1_000, { title: 'first' })]);
    await publishService.publish([input('a', 1_000, { title: 'second' })]);
    await vi.advanceTimersByTimeAsync(2_000);
    const items = backend.deposited.flatMap(({ notifications }) => notifications as Notification[]);
    expect(items.map(({ title }) => title)).toEqual(['first']);
  });

  it('should be delivered on time even if an older read of the due window ends after it was added', async () => {
    const dueWindowStore = new MemoryDueWindowStore();
    const read = dueWindowStore.readIndex.bind(dueWindowStore);
    let respond = (): void => undefined;
    dueWindowStore.readIndex = () => {
      dueWindowStore.readIndex = read;
      return new Promise((resolve) => (respond = () => resolve(undefined)));
    };
    const { publishService, delivered } = instance({ dueWindowStore });
    const published = publishService.publish([input('soon', 1_000)]);
    await vi.advanceTimersByTimeAsync(100);
    respond();
    expect((await published).outcome).toBe('accepted');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(delivered()).toEqual(['soon']);
  });

  it('should be delivered by another producer after the first has stopped', async () => {
    const dueWindowStore = new MemoryDueWindowStore();
    const first = instance({ dueWindowStore, owner: 'first' });
    await first.publishService.publish([input('a', 3_000)]);
    first.schedules.stop();
    await vi.advanceTimersByTimeAsync(1_000);
    const second = instance({ dueWindowStore, owner: 'second' });
    await vi.advanceTimersByTimeAsync(3_000);
    expect([first.delivered(), second.delivered()]).toEqual([[], ['a']]);
  });

  it('should be delivered by only one producer while all are healthy', async () => {
    const dueWindowStore = new MemoryDueWindowStore();
    const [first, second] = [
      instance({ dueWindowStore, owner: 'first' }),
      instance({ dueWindowStore, owner: 'second' }),
    ];
    await first.publishService.publish([input('a', 8_000), input('b', 8_000)]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect([first.delivered(), second.delivered()]).toEqual([['a', 'b'], []]);
  });

  it('should be retried until deposited', async () => {
    const { publishService, backend, delivered, scheduleObserver } = instance();
    await publishService.publish([input('a', 1_000)]);
    const failingDeposit = vi.spyOn(backend.entries, 'deposit').mockRejectedValue(new Error('unavailable'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(scheduleObserver.events).toContain('failed fire');
    failingDeposit.mockRestore();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(new Set(delivered())).toEqual(new Set(['a']));
  });

  it('should be delivered even if more schedules are due at the same time than fit in the queue', async () => {
    const { schedules, dueWindowStore, delivered, scheduleObserver } = instance(
      {},
      { maxQueuedBytes: 2 * 1024 * 1024 },
    );
    const read = vi.spyOn(dueWindowStore, 'read');
    const body = '\u20ac'.repeat(2_000);
    const ids = Array.from({ length: 700 }, (_, n) => `n${n}`);
    for (const id of ids) {
      await schedules.add([{ notification: notification(id, { body }), at: START + 1_000 }]);
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(delivered()).toEqual(ids);
    expect(scheduleObserver.events).not.toContain('failed fire');
    expect(Math.max(...read.mock.calls.map(([names]) => names.length))).toBeLessThanOrEqual(100);
    expect(dueWindowStore.documents.size).toBe(0);
  });
});

describe('a retraction', () => {
  it('should remove schedules both from the due window and from the jobs', async () => {
    const { publishService, delivered, jobs, dueWindowStore } = instance();
    await publishService.publish([input('near', 5_000), input('far', 600_000), input('stays', 5_000)]);
    expect(await whenClaimed(publishService.retract('all', 'near'))).toBe('accepted');
    expect(await whenClaimed(publishService.retract('all', 'far'))).toBe('accepted');
    expect([jobs.names, dueWindowStore.documents.size]).toEqual([[], 1]);
    await vi.advanceTimersByTimeAsync(700_000);
    expect(delivered().filter(Boolean)).toEqual(['stays']);
  });

  it('should not affect a schedule with the same id in another feed', async () => {
    const { publishService, dueWindowStore } = instance();
    await publishService.publish([input('a', 5_000, { feed: 'topic:x' })]);
    await whenClaimed(publishService.retract('all', 'a'));
    expect(dueWindowStore.documents.size).toBe(1);
  });

  it('should be accepted only once the job is known to have been removed', async () => {
    const { publishService, jobs, failures } = instance();
    vi.spyOn(jobs, 'remove').mockRejectedValueOnce(new Error('unavailable'));
    expect(await whenClaimed(publishService.retract('all', 'a'))).toBe('late');
    expect(failures).toHaveLength(1);
    expect(await whenClaimed(publishService.retract('all', 'a'))).toBe('accepted');
  });
});

it('should remove only the erased feed’s schedules', async () => {
  const { publishService, jobs, dueWindowStore } = instance();
  const feed = 'user:4 2';
  await publishService.publish([
    input('a', 5_000, { feed }),
    input('b', 600_000, { feed }),
    input('c', 5_000),
  ]);
  expect(await whenClaimed(publishService.erase(feed))).toBe('accepted');
  expect([jobs.names, [...dueWindowStore.documents.values()].map(({ notification: { id } }) => id)]).toEqual([
    [],
    ['c'],
  ]);
});

it('should not deliver an erased feed’s schedule that another producer was taking over', async () => {
  const dueWindowStore = new MemoryDueWindowStore();
  const slowStore = new MemoryDueWindowStore();
  slowStore.readIndex = () => dueWindowStore.readIndex();
  slowStore.read = (names) => dueWindowStore.read(names);
  let write = (): void => undefined;
  const isWriting = new Promise<void>((started) => {
    slowStore.write = async (change, etag) => {
      started();
      await new Promise<void>((resolve) => (write = resolve));
      return dueWindowStore.write(change, etag);
    };
  });
  const [first, second] = [instance({ dueWindowStore }), instance({ dueWindowStore: slowStore })];
  const feed = 'user:1';
  const scheduled = { v: 1, at: START + 10_000, notification: { ...notification('a'), feed } } as const;
  vi.spyOn(second.jobs, 'find').mockResolvedValueOnce(scheduled).mockResolvedValueOnce(scheduled);
  const takenOver = second.schedules.takeOver('its job');
  await isWriting;
  expect(await whenClaimed(first.publishService.erase(feed))).toBe('accepted');
  write();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await takenOver).toBe(true);
  expect([...first.delivered(), ...second.delivered()]).not.toContain('a');
});

it('should refuse to take over a job that can no longer be read, but write all other changes in the batch', async () => {
  const { schedules, jobs, dueWindowStore } = instance();
  await schedules.add([stored('stays', START + 50_000)]);
  const scheduled = { v: 1, at: START + 50_000, notification: notification('a') } as const;
  vi.spyOn(jobs, 'find').mockResolvedValueOnce(scheduled).mockRejectedValueOnce(new Error('unavailable'));
  const results = await Promise.allSettled([
    schedules.add([stored('b', START + 50_000)]),
    schedules.takeOver('its job'),
    schedules.add([stored('c', START + 50_000)]),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const ids = [...dueWindowStore.documents.values()].map(({ notification: { id } }) => id);
  expect(ids).toEqual(['stays', 'b', 'c']);
});

it('should reject a notification with the outcome `full` when the due window is full', async () => {
  const { publishService, schedules } = instance();
  await schedules.add(Array.from({ length: MAX_DUE }, (_, n) => stored(`n${n}`, START + 50_000)));
  expect((await publishService.publish([input('more', 50_000)])).outcome).toBe('full');
});

it('should retract and erase in a full due window even while new schedules are rejected', async () => {
  const { publishService, schedules, dueWindowStore } = instance();
  await schedules.add([
    ...Array.from({ length: MAX_DUE - 1 }, (_, n) => stored(`n${n}`, START + 50_000)),
    { notification: { ...notification('mine'), feed: 'user:mine' }, at: START + 50_000 },
  ]);
  // The first change is written alone. Changes that arrive in the meantime share the next write.
  const outcomes = await Promise.all([
    publishService.publish([input('first', 50_000)]).then(({ outcome }) => outcome),
    publishService.publish([input('second', 50_000)]).then(({ outcome }) => outcome),
    whenClaimed(publishService.retract('all', 'n0')),
    publishService.erase('user:mine'),
  ]);
  expect(outcomes).toEqual(['full', 'full', 'accepted', 'accepted']);
  const ids = [...dueWindowStore.documents.values()].map(({ notification: { id } }) => id);
  expect(ids).not.toContain('n0');
  expect(ids).not.toContain('mine');
});

it('should skip unreadable schedules and deliver all others', async () => {
  const { schedules, jobs, dueWindowStore, delivered, scheduleObserver } = instance();
  vi.spyOn(jobs, 'find').mockResolvedValueOnce({ v: 99 } as never);
  await schedules.takeOver('unreadable');
  await schedules.add([stored('good', START + 1_000), stored('bad', START + 1_000)]);
  for (const [
    name,
    {
      notification: { id },
    },
  ] of dueWindowStore.documents) {
    if (id === 'bad') dueWindowStore.documents.set(name, { v: 99 } as never);
  }
  await vi.advanceTimersByTimeAsync(5_000);
  expect(delivered()).toEqual(['good']);
  expect(scheduleObserver.events.filter((event) => event === 'unreadable')).toHaveLength(2);
  expect(dueWindowStore.documents.size).toBe(0);
});
