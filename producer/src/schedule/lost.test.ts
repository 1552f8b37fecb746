import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { idsOf, notification, testProducer } from '../../testing/test-producer.ts';
import { testSchedules } from '../../testing/test-schedules.ts';

const START = new Date('2026-01-01T00:00:00Z').getTime();
beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const stored = (id: string, at: number) => ({ notification: notification(id), at });

it('should report a due schedule with missing content unless another producer has delivered it', async () => {
  const { producer, backend } = testProducer();
  const { schedules, dueWindowStore, scheduleObserver } = testSchedules(producer);
  schedules.start();
  const delivered = () => backend.deposited.flatMap((entry) => idsOf(entry));
  await schedules.add([stored('gone', START + 1_000), stored('good', START + 1_000)]);
  for (const [
    name,
    {
      notification: { id },
    },
  ] of dueWindowStore.documents)
    if (id === 'gone') dueWindowStore.documents.delete(name);
  await vi.advanceTimersByTimeAsync(5_000);
  expect([delivered(), scheduleObserver.events.filter((event) => event.startsWith('lost'))]).toEqual([
    ['good'],
    ['lost 1'],
  ]);
  expect((await dueWindowStore.readIndex())?.index.due).toEqual([]);

  await schedules.add([stored('other', START + 6_000)]);
  const { readIndex } = dueWindowStore;
  const read = dueWindowStore.read.bind(dueWindowStore);
  dueWindowStore.read = async (names) => {
    dueWindowStore.read = read;
    const { etag } = (await readIndex.call(dueWindowStore))!;
    await dueWindowStore.write({ index: { v: 1, due: [] }, put: new Map(), remove: names }, etag);
    return read(names);
  };
  await vi.advanceTimersByTimeAsync(5_000);
  expect(scheduleObserver.events.filter((event) => event.startsWith('lost'))).toHaveLength(1);
});
