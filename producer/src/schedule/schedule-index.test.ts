import { SCHEDULE_INDEX_DOCUMENTS, scheduleIndexSchema } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryScheduleIndexStore } from '../memory/schedule-index-store.ts';
import { whenClaimed } from '../../testing/fake-time.ts';
import { notification, testProducer } from '../../testing/test-producer.ts';
import { testSchedules } from '../../testing/test-schedules.ts';
import { nameOf, prefixOf } from './names.ts';
import { CHANGE_LIMIT_MS, MAX_ENTRIES, ScheduleIndex } from './schedule-index.ts';

const START = new Date('2026-01-01T00:00:00Z').getTime();
const HOUR = 3_600_000;
beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const indexOver = (store: MemoryScheduleIndexStore) => new ScheduleIndex(store, () => Date.now());
const named = (feed: string, id: string, at = START + HOUR) => [nameOf(feed, { id }), at] as [string, number];
const instance = (options: Parameters<typeof testSchedules>[1] = {}) => {
  const fixture = testProducer();
  return { ...fixture, ...testSchedules(fixture.producer, options) };
};
const input = (id: string, feed = 'all', inMs = HOUR) => ({
  ...{ id, feed, title: id },
  deliverAt: new Date(Date.now() + inMs).toISOString(),
});

describe('the schedule index', () => {
  it('should keep entries that were added after an erasure was aborted', async () => {
    const store = new MemoryScheduleIndexStore();
    const read = store.read.bind(store);
    vi.spyOn(store, 'read').mockImplementationOnce(async (numbers) => {
      await pause(HOUR);
      return read(numbers);
    });
    const end = new AbortController();
    const erased = indexOver(store).erase(prefixOf('all'), end.signal);
    end.abort();
    await indexOver(store).add([named('all', 'a', START + 2 * HOUR)]);
    await vi.advanceTimersByTimeAsync(HOUR);
    await erased;
    expect((await indexOver(store).read()).entries).toHaveLength(1);
  });

  it('should contain all added schedules in one document per feed', async () => {
    const store = new MemoryScheduleIndexStore();
    const index = indexOver(store);
    const added = ['a', 'b'].flatMap((id) => ['all', 'topic:x', 'user:1'].map((feed) => named(feed, id)));
    await index.add(added);
    expect(new Set((await index.read()).entries)).toEqual(new Set(added));
    expect(store.documents.size).toBe(3);
    await index.remove(prefixOf('topic:x'), (name) => name === nameOf('topic:x', { id: 'a' }));
    expect((await index.read()).entries).toHaveLength(5);
  });

  it('should contain all producers’ entries after concurrent writes', async () => {
    const store = new MemoryScheduleIndexStore();
    const producers = [indexOver(store), indexOver(store)];
    const entries = Array.from({ length: 40 }, (_, number) => named('all', `n${number}`));
    const added = Promise.all(entries.map(async (entry, number) => producers[number % 2]?.add([entry])));
    await vi.advanceTimersByTimeAsync(CHANGE_LIMIT_MS);
    await added;
    expect(new Set((await indexOver(store).read()).entries)).toEqual(new Set(entries));
  });

  it('should keep the original time of an entry that is added again, as the job does', async () => {
    const index = indexOver(new MemoryScheduleIndexStore());
    await index.add([named('all', 'a', START + HOUR)]);
    await index.add([named('all', 'a', START + 2 * HOUR)]);
    expect((await index.read()).entries).toEqual([named('all', 'a', START + HOUR)]);
  });

  it('should ignore past entries, drop them with the next write, and expire with the last entry', async () => {
    const store = new MemoryScheduleIndexStore();
    const index = indexOver(store);
    await index.add([named('all', 'a', START + HOUR)]);
    const [number = -1] = store.documents.keys();
    expect(store.documents.get(number)?.ttlSeconds).toBe(3_600);
    vi.setSystemTime(START + HOUR);
    expect(await index.read()).toEqual({ entries: [], isComplete: true });
    await index.add([named('all', 'b', START + 3 * HOUR)]);
    expect(store.documents.get(number)).toMatchObject({
      value: { list: [named('all', 'b', START + 3 * HOUR)] },
      ttlSeconds: 7_200,
    });
  });

  it('should keep the earliest entries in a full document of 400 kB, and report that some are missing', async () => {
    const store = new MemoryScheduleIndexStore();
    const index = indexOver(store);
    const longest = (number: number): [string, number] => {
      const id = String(number).padStart(128, 'x');
      return [nameOf('all', { id, sourceHash: 'f'.repeat(16) }), START + 1_000 * (number + 1)];
    };
    const entries = Array.from({ length: MAX_ENTRIES + 3 }, (_, number) => longest(number));
    await index.add(entries.toReversed());
    expect(await index.read()).toEqual({ entries: entries.slice(0, MAX_ENTRIES), isComplete: false });
    const [stored] = store.documents.values();
    expect(JSON.stringify(stored?.value).length).toBeLessThan(400_000);
    expect(scheduleIndexSchema.safeParse(stored?.value).success).toBe(true);
    vi.setSystemTime(START + 1_000 * (MAX_ENTRIES + 3));
    expect(await index.read()).toEqual({ entries: [], isComplete: true });
  });

  it('should leave documents written by a later version unchanged, and report that it is incomplete', async () => {
    const store = new MemoryScheduleIndexStore();
    const stored = { value: { v: 2, names: [] }, etag: '1', ttlSeconds: 60 };
    for (let number = 0; number < SCHEDULE_INDEX_DOCUMENTS; number++) store.documents.set(number, stored);
    const { publishService, scheduleObserver } = instance({ scheduleIndexStore: store });
    expect((await publishService.publish([input('a')])).outcome).toBe('accepted');
    expect(await whenClaimed(publishService.retract('all', 'a'))).toBe('accepted');
    expect(await whenClaimed(publishService.erase('all'))).toBe('accepted');
    expect(new Set(store.documents.values())).toEqual(new Set([stored]));
    expect(await indexOver(store).read()).toEqual({ entries: [], isComplete: false });
    expect(scheduleObserver.events).not.toContain('unlisted');
  });
});

describe('a schedule', () => {
  it('should be in the index before the job exists', async () => {
    const { publishService, jobs, scheduleIndexStore } = instance();
    const before: string[] = [];
    const set = jobs.set.bind(jobs);
    vi.spyOn(jobs, 'set').mockImplementation((...job) => {
      before.push(JSON.stringify([...scheduleIndexStore.documents.values()]));
      return set(...job);
    });
    await publishService.publish([input('far'), input('near', 'all', 5_000)]);
    expect(before).toEqual([expect.stringContaining(nameOf('all', { id: 'far' }))]);
  });

  it('should be accepted even if the index cannot be written', async () => {
    const { publishService, jobs, scheduleIndexStore, scheduleObserver } = instance();
    vi.spyOn(scheduleIndexStore, 'write').mockRejectedValue(new Error('unavailable'));
    const published = publishService.publish([input('a'), input('b', 'user:1')]);
    await vi.advanceTimersByTimeAsync(CHANGE_LIMIT_MS);
    expect((await published).outcome).toBe('accepted');
    expect(jobs.names).toHaveLength(2);
    expect(scheduleObserver.events).toEqual(['unlisted', 'scheduled 2']);
  });

  it('should wait at most a second for an index that does not respond, and not delay others', async () => {
    const { publishService, jobs, scheduleIndexStore } = instance();
    const hang = vi.spyOn(scheduleIndexStore, 'read').mockReturnValue(new Promise(() => undefined));
    const first = publishService.publish([input('first')]);
    await vi.advanceTimersByTimeAsync(400);
    const second = publishService.publish([input('second')]);
    await vi.advanceTimersByTimeAsync(CHANGE_LIMIT_MS - 401);
    expect(jobs.names).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect((await first).outcome).toBe('accepted');
    expect(jobs.names).toEqual([nameOf('all', { id: 'first' })]);
    await vi.advanceTimersByTimeAsync(400);
    expect((await second).outcome).toBe('accepted');
    expect(jobs.names).toHaveLength(2);
    // A write that doesn't finish delays only schedules in the same document.
    hang.mockRestore();
    expect((await publishService.publish([input('third', 'user:1')])).outcome).toBe('accepted');
  });

  it('should not be added to the index once the request no longer waits for the index', async () => {
    const store = new MemoryScheduleIndexStore();
    const read = store.read.bind(store);
    const index = indexOver(store);
    let release = () => {};
    vi.spyOn(store, 'read').mockImplementationOnce(async (numbers) => {
      await new Promise<void>((done) => (release = done));
      return read(numbers);
    });
    const [first, second] = [index.add([named('all', 'one')]), index.add([named('all', 'two')])];
    const outcomes = Promise.allSettled([first, second]);
    await vi.advanceTimersByTimeAsync(CHANGE_LIMIT_MS);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    release();
    await vi.advanceTimersByTimeAsync(0);
    await index.add([named('all', 'three')]);
    expect((await index.read()).entries.map(([name]) => name)).not.toContain(nameOf('all', { id: 'two' }));
  });

  it('should be removed from the index when retracted or when the feed is erased', async () => {
    const { publishService, scheduleIndexStore } = instance();
    const index = indexOver(scheduleIndexStore);
    const names = async () => (await index.read()).entries.map(([name]) => name);
    await publishService.publish([input('a'), input('b'), input('c', 'user:1'), input('d', 'user:1')]);
    await whenClaimed(publishService.retract('all', 'a'));
    expect(await names()).toHaveLength(3);
    expect(await names()).not.toContain(nameOf('all', { id: 'a' }));
    await whenClaimed(publishService.erase('user:1'));
    expect(await names()).toEqual([nameOf('all', { id: 'b' })]);
  });

  it('should be removed from the index by a retraction or an erasure after delivery', async () => {
    const { publishService, scheduleIndexStore } = instance();
    const stored = () => JSON.stringify([...scheduleIndexStore.documents.values()]);
    await publishService.publish([input('one'), input('two'), input('next-year', 'all', 8_000 * HOUR)]);
    vi.setSystemTime(START + 2 * HOUR);
    expect([stored().includes('one'), stored().includes('two')]).toEqual([true, true]);
    await whenClaimed(publishService.retract('all', 'one'));
    expect(stored()).not.toContain('one');

    await publishService.publish([input('three')]);
    vi.setSystemTime(START + 9_000 * HOUR);
    expect(await whenClaimed(publishService.erase('all'))).toBe('accepted');
    expect(stored()).not.toContain(prefixOf('all'));
  });

  it('should be removed from the index when its id is retracted, even if the schedule comes from an event', async () => {
    const { schedules, scheduleIndexStore } = instance();
    const at = START + HOUR;
    await schedules.add([{ notification: { ...notification('e'), sourceHash: 'f'.repeat(16) }, at }]);
    expect((await indexOver(scheduleIndexStore).read()).entries).toHaveLength(1);
    await schedules.cancel('all', 'e');
    expect((await indexOver(scheduleIndexStore).read()).entries).toEqual([]);
  });

  it('should have the new time in the index when rescheduled after a retraction', async () => {
    const { publishService, scheduleIndexStore } = instance();
    await publishService.publish([input('a')]);
    await whenClaimed(publishService.retract('all', 'a'));
    await publishService.publish([input('a', 'all', 2 * HOUR)]);
    expect((await indexOver(scheduleIndexStore).read()).entries).toEqual([
      named('all', 'a', Date.now() + 2 * HOUR),
    ]);
  });
});

describe('a slow index', () => {
  it('should delay a request by at most a quarter of the time limit', async () => {
    const { publishService, jobs, scheduleIndexStore } = instance({ timeoutMs: CHANGE_LIMIT_MS });
    vi.spyOn(scheduleIndexStore, 'read').mockReturnValue(new Promise(() => undefined));
    const published = publishService.publish([input('a')]);
    await vi.advanceTimersByTimeAsync(CHANGE_LIMIT_MS / 4);
    expect([(await published).outcome, jobs.names.length]).toEqual(['accepted', 1]);
  });

  it('should not make an erasure fail', async () => {
    const { publishService, scheduleIndexStore } = instance();
    await publishService.publish([input('a')]);
    const read = scheduleIndexStore.read.bind(scheduleIndexStore);
    vi.spyOn(scheduleIndexStore, 'read').mockImplementationOnce(async (numbers) => {
      await pause(2 * CHANGE_LIMIT_MS);
      return read(numbers);
    });
    const erased = publishService.erase('all');
    await vi.advanceTimersByTimeAsync(2 * CHANGE_LIMIT_MS);
    expect(await whenClaimed(erased)).toBe('accepted');
    expect((await indexOver(scheduleIndexStore).read()).entries).toEqual([]);
  });
});

describe('without a writable index', () => {
  it('should accept a retraction, but return `late` for an erasure, which needs the index', async () => {
    const { publishService, jobs, scheduleIndexStore, scheduleObserver, failures } = instance();
    await publishService.publish([input('a'), input('b')]);
    vi.spyOn(scheduleIndexStore, 'write').mockRejectedValue(new Error('unavailable'));
    const retracted = publishService.retract('all', 'a');
    await vi.advanceTimersByTimeAsync(CHANGE_LIMIT_MS);
    expect([await retracted, jobs.names.length]).toEqual(['accepted', 1]);
    expect(scheduleObserver.events).toContain('unlisted');
    const erased = publishService.erase('all');
    await vi.advanceTimersByTimeAsync(CHANGE_LIMIT_MS);
    expect([await erased, failures.length]).toEqual(['late', 1]);
    vi.restoreAllMocks();
    expect(await whenClaimed(publishService.erase('all'))).toBe('accepted');
    expect((await indexOver(scheduleIndexStore).read()).entries).toEqual([]);
  });
});
