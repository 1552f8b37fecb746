import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { NotificationInput } from '@tocsin/contracts';
import { MemoryDueWindowStore } from '../memory/due-window-store.ts';
import { whenClaimed } from '../../testing/fake-time.ts';
import { testProducer } from '../../testing/test-producer.ts';
import { testSchedules } from '../../testing/test-schedules.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const instance = (options: Parameters<typeof testSchedules>[1] = {}) =>
  testSchedules(testProducer().producer, { timeoutMs: 5_000, ...options });
const FAR_MS = 3 * 24 * 60 * 60 * 1_000;
const input = (id: string, inMs: number): NotificationInput => ({
  id,
  title: id,
  deliverAt: new Date(Date.now() + inMs).toISOString(),
});

/** Creates two due window stores with the same content. `store` doesn't respond to reads until `open` is called. */
function gatedStore() {
  const store = new MemoryDueWindowStore();
  const read = store.readIndex.bind(store);
  let open = (): void => undefined;
  const isOpen = new Promise<void>((resolve) => (open = resolve));
  store.readIndex = () => isOpen.then(read);
  const respondingStore = new MemoryDueWindowStore();
  respondingStore.readIndex = read;
  respondingStore.write = (change, etag) => store.write(change, etag);
  return { store, open: () => open(), respondingStore };
}

it('should limit schedules while the state store does not respond, and store none whose request was late', async () => {
  const { store, open } = gatedStore();
  const { publishService, scheduleObserver, dueWindowStore } = instance({
    dueWindowStore: store,
    scheduling: { count: 3, bytes: 10_000 },
  });
  const publish = async (id: string) => (await publishService.publish([input(id, 50_000)])).outcome;
  const late = ['a', 'b', 'c'].map(publish);
  expect(await publish('d')).toBe('full');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await Promise.all(late)).toEqual(['late', 'late', 'late']);
  expect(await publish('e')).toBe('full');
  open();
  await vi.advanceTimersByTimeAsync(0);
  expect(dueWindowStore.documents.size).toBe(0);
  expect(scheduleObserver.events).toEqual([]);
  expect(await publish('a')).toBe('accepted');
  expect(dueWindowStore.documents.size).toBe(1);
});

it('should count a request toward the limit while one part has failed and the other does not respond', async () => {
  const { store } = gatedStore();
  const { publishService, jobs } = instance({
    dueWindowStore: store,
    scheduling: { count: 2, bytes: 10_000 },
  });
  vi.spyOn(jobs, 'set').mockRejectedValue(new Error('unavailable'));
  const first = publishService.publish([input('a', 50_000), input('b', FAR_MS)]);
  await vi.advanceTimersByTimeAsync(0);
  const second = publishService.publish([input('c', 50_000)]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect([(await first).outcome, (await second).outcome]).toEqual(['late', 'full']);
});

it('should store a retried schedule even if the first request was late', async () => {
  const { store, open } = gatedStore();
  const { publishService } = instance({ dueWindowStore: store });
  const first = publishService.publish([input('a', 50_000)]);
  await vi.advanceTimersByTimeAsync(4_000);
  const second = publishService.publish([input('a', 50_000)]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect((await first).outcome).toBe('late');
  open();
  expect((await second).outcome).toBe('accepted');
  expect(store.documents.size).toBe(1);
});

it('should limit schedules by size', async () => {
  const { publishService } = instance({ scheduling: { count: 10, bytes: 1_000 } });
  const large = { ...input('a', 50_000), body: 'x'.repeat(1_000) };
  expect((await publishService.publish([large])).outcome).toBe('full');
  expect((await publishService.publish([input('b', 50_000)])).outcome).toBe('accepted');
});

const CHANGES = [
  ['a retraction', (id: string) => (service: Service) => service.retract('all', id)],
  ['an erasure', () => (service: Service) => service.erase('all')],
] as const;

it.each(CHANGES)(
  'should create no job for a notification whose request was late if %s follows',
  async (_name, change) => {
    const { publishService, jobs } = instance();
    const set = jobs.set.bind(jobs);
    vi.spyOn(jobs, 'set').mockImplementation(async (...job) => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      return set(...job);
    });
    const ids = Array.from({ length: 100 }, (_, n) => `n${n}`);
    const published = publishService.publish(ids.map((id) => input(id, FAR_MS)));
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await published).outcome).toBe('late');
    // This job is being created when the request times out.
    const id = 'n40';
    const isListed = () => jobs.names.some((name) => name.endsWith(`:${id}`));
    expect(isListed()).toBe(false);
    const changed = change(id)(publishService);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await whenClaimed(changed)).toBe('accepted');
    expect(isListed()).toBe(false);
    expect(jobs.names.length).toBeLessThan(50);
  },
);

it.each(CHANGES)(
  'should return `full` for %s while too many others wait for the state store',
  async (_name, change) => {
    const { store, open } = gatedStore();
    const { publishService } = instance({ dueWindowStore: store, scheduling: { count: 2, bytes: 10_000 } });
    const waiting = ['a', 'b', 'c'].map((id) => change(id)(publishService));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await Promise.all(waiting)).toEqual(['late', 'late', 'full']);
    open();
    await vi.advanceTimersByTimeAsync(0);
    expect(await whenClaimed(change('d')(publishService))).toBe('accepted');
  },
);

it.each(CHANGES)('should not remove a schedule that was added after %s was late', async (_name, change) => {
  const { store, open } = gatedStore();
  const { publishService, jobs } = instance({ dueWindowStore: store });
  expect((await publishService.publish([input('a', FAR_MS)])).outcome).toBe('accepted');
  const outcomes = [publishService.publish([input('a', 50_000)]), change('a')(publishService)];
  await vi.advanceTimersByTimeAsync(0);
  expect(jobs.names).toEqual([]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await outcomes[0]).toMatchObject({ outcome: 'late' });
  expect(await outcomes[1]).toBe('late');
  expect((await publishService.publish([input('a', FAR_MS)])).outcome).toBe('accepted');
  open();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(jobs.names).toHaveLength(1);
});

it.each(CHANGES)(
  'should not remove a schedule from the due window if it was added after %s was late',
  async (_name, change) => {
    const { store, open, respondingStore } = gatedStore();
    const [stuck, other] = [
      instance({ dueWindowStore: store }),
      instance({ dueWindowStore: respondingStore }),
    ];
    const late = change('a')(stuck.publishService);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await late).toBe('late');
    expect((await other.publishService.publish([input('a', 50_000)])).outcome).toBe('accepted');
    open();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(store.documents.size).toBe(1);
  },
);

type Service = ReturnType<typeof instance>['publishService'];
