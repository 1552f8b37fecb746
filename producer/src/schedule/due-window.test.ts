import { beforeEach, expect, it } from 'vitest';
import type { Scheduled } from '@tocsin/contracts';
import { notification } from '../../testing/test-producer.ts';
import { MemoryDueWindowStore } from '../memory/due-window-store.ts';
import { DueWindow } from './due-window.ts';
import { nameOf } from './names.ts';
import type { DueWindowChange } from './ports.ts';

const MIB = 1024 * 1024;

/** A store that refuses a write of more than 4 MiB of documents, as a sidecar does. */
class BoundedStore extends MemoryDueWindowStore {
  writes = 0;
  override write(change: DueWindowChange, etag: string | undefined): Promise<void> {
    const bytes = JSON.stringify([...change.put]).length;
    if (bytes > 4 * MIB) return Promise.reject(new Error(`The body has ${bytes} bytes.`));
    this.writes++;
    return super.write(change, etag);
  }
}

let store: BoundedStore;
let window: DueWindow;
beforeEach(() => {
  store = new BoundedStore();
  window = new DueWindow(store, () => undefined);
});

const schedule = (id: string, bytes: number): { name: string; scheduled: Scheduled } => ({
  name: nameOf('all', { id }),
  scheduled: { v: 1, at: 1, notification: { ...notification(id), body: 'x'.repeat(bytes) } },
});

it('should accept 3,000 schedules of 2 kB that are taken over at the same time, and check each once', async () => {
  let checks = 0;
  const isCurrent = async () => ++checks > 0;
  await Promise.all(
    Array.from({ length: 3_000 }, (_, n) => window.add('me', [schedule(`n${n}`, 2_000)], isCurrent)),
  );
  expect([store.documents.size, (await window.list()).length, checks]).toEqual([3_000, 3_000, 3_000]);
  expect(store.writes).toBeLessThan(12);
});

it('should accept several large requests and a small one at the same time', async () => {
  const large = Array.from({ length: 5 }, (_, n) =>
    window.add(
      'me',
      Array.from({ length: 16 }, (_item, m) => schedule(`n${n}-${m}`, MIB / 16)),
    ),
  );
  await Promise.all([...large, window.add('me', [schedule('small', 10)])]);
  expect(store.documents.size).toBe(5 * 16 + 1);
});
