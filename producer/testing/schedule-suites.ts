import { expect, it } from 'vitest';
import type { Scheduled } from '@tocsin/contracts';
import type { DueWindowStore, Jobs, ScheduleIndexStore } from '../src/schedule/ports.ts';
import { notification } from './test-producer.ts';

const scheduled = (id: string, at: number): Scheduled => ({ v: 1, at, notification: notification(id) });

/** `handedOver` returns the ids of the jobs delivered so far. */
export function jobsSuite(
  name: string,
  open: () => Promise<{ jobs: Jobs; handedOver: () => Promise<string[]> }>,
  /** Enough time to set and remove all jobs on a busy machine. */
  dueInMs = 5_000,
): void {
  it(`should deliver each job when it is due, except jobs that were removed: ${name}`, async () => {
    const { jobs, handedOver } = await open();
    const prefix = `${name}:`;
    const at = Date.now() + dueInMs;
    // Due after the end of this test, but soon enough for a producer to take over the job.
    const far = at + 45_000;
    await jobs.set(`${prefix}due`, at, scheduled('due', far));
    await jobs.set(`${prefix}due`, at, scheduled('second content', far));
    await jobs.set(`${prefix}removed`, at, scheduled('removed', far));
    await jobs.set(`other${prefix}1`, at, scheduled('removed by prefix 1', far));
    await jobs.set(`other${prefix}2`, at, scheduled('removed by prefix 2', far));
    await jobs.remove(`${prefix}removed`);
    await jobs.remove(`${prefix}absent`);
    await jobs.removeAll(`other${prefix}`);
    expect(await handedOver()).toEqual([]);
    expect(await jobs.find(`${prefix}due`)).toEqual(scheduled('due', far));
    expect(await jobs.find(`${prefix}removed`)).toBeUndefined();
    await expect.poll(handedOver).toEqual(['due']);
    await expect.poll(() => jobs.find(`${prefix}due`)).toBeUndefined();
  });
}

export function dueWindowStoreSuite(name: string, open: () => Promise<DueWindowStore>): void {
  it(`should write the index and documents together, and only if the index has not changed since it was read: ${name}`, async () => {
    const store = await open();
    expect(await store.readIndex()).toBeUndefined();
    const [a, b] = [scheduled('a', 5), scheduled('b', 6)];
    const due = [{ name: 'a', at: 5, owner: 'one' }];
    await store.write({ index: { v: 1, due }, put: new Map([['a', a]]), remove: [] }, undefined);
    const first = await store.readIndex();
    expect(first?.index.due).toEqual(due);
    expect(await store.read(['b', 'a'])).toEqual([undefined, a]);

    const change = { index: { v: 1 as const, due: [] }, put: new Map([['b', b]]), remove: ['a'] };
    await store.write(change, first?.etag);
    expect(await store.read(['a', 'b'])).toEqual([undefined, b]);
    await expect(store.write(change, first?.etag)).rejects.toThrow();
    await expect(store.write(change, undefined)).rejects.toThrow();
    expect((await store.readIndex())?.index.due).toEqual([]);
  });
}

export function scheduleIndexStoreSuite(name: string, open: () => Promise<ScheduleIndexStore>): void {
  it(`should write a schedule index document only if it has not changed since it was read: ${name}`, async () => {
    const store = await open();
    expect(await store.read([1, 2])).toEqual([undefined, undefined]);
    const documentWith = (text: string) => ({ v: 1 as const, list: [[text, 5]] as [string, number][] });
    await store.write(2, documentWith('a'), 60, undefined);
    const [absent, first] = await store.read([1, 2]);
    expect([absent, first?.value]).toEqual([undefined, documentWith('a')]);

    await store.write(2, documentWith('b'), 60, first?.etag);
    await expect(store.write(2, documentWith('c'), 60, first?.etag)).rejects.toThrow();
    await expect(store.write(2, documentWith('c'), 60, undefined)).rejects.toThrow();
    expect((await store.read([2]))[0]?.value).toEqual(documentWith('b'));
  });

  it(`should read eight full documents of the schedule index in one call: ${name}`, async () => {
    const store = await open();
    const numbers = Array.from({ length: 8 }, (_, number) => 10 + number);
    const list = Array.from({ length: 2_000 }, (_, n): [string, number] => [`${n}`.padStart(178, 'x'), n]);
    for (const number of numbers) await store.write(number, { v: 1, list }, 60, undefined);
    const read = await store.read(numbers);
    expect(read.map((stored) => stored?.value)).toEqual(numbers.map(() => ({ v: 1, list })));
  });
}
