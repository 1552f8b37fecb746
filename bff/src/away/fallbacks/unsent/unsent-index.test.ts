import { AWAY_UNSENT_KEY } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pass } from '../../../../testing/away/deployment.ts';
import { MemoryReaderStore } from '../../../memory/reader-store.ts';
import { hashOfReader } from '../document.ts';
import { FRESH_MS, MAX_READERS, UnsentIndex } from './unsent-index.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T10:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const hash = (n: number) => hashOfReader(`user:${n}`);

function deployment() {
  const store = new MemoryReaderStore();
  const write = vi.spyOn(store, 'write');
  const failed: unknown[] = [];
  const instance = () =>
    new UnsentIndex({ store, onError: (error) => void failed.push(error), now: () => Date.now() });
  const hashes = async () => (await instance().read()).readers.map(([one]) => one);
  return { store, write, failed, instance, hashes };
}

describe('the index of readers with unsent fallbacks', () => {
  it('should list readers by hash, newest first, once add resolves', async () => {
    const { store, instance, hashes } = deployment();
    const index = instance();
    await index.add(hash(1));
    expect(await hashes()).toEqual([hash(1)]);
    const second = index.add(hash(2));
    await pass(1_000);
    await second;
    expect(await hashes()).toEqual([hash(2), hash(1)]);
    expect(JSON.stringify((await store.read(AWAY_UNSENT_KEY))?.value)).not.toContain('user:');
  });

  it('should not be rewritten for a reader that any instance added recently', async () => {
    const { store, write, instance } = deployment();
    const [one, other] = [instance(), instance()];
    await one.add(hash(1));
    await pass(1_000);
    const read = vi.spyOn(store, 'read');
    await one.add(hash(1));
    expect(read).not.toHaveBeenCalled();
    await other.add(hash(1));
    expect(write).toHaveBeenCalledTimes(1);
    await pass(FRESH_MS);
    await one.add(hash(1));
    expect(write).toHaveBeenCalledTimes(2);
    expect((await one.read()).readers).toEqual([[hash(1), Date.now()]]);
  });

  it('should keep readers that two instances add at the same time', async () => {
    const { instance, hashes, failed } = deployment();
    const [one, other] = [instance(), instance()];
    const added = Array.from({ length: 20 }, (_, n) => (n % 2 ? one : other).add(hash(n)));
    await pass(1_000);
    await Promise.all(added);
    expect(new Set(await hashes())).toEqual(new Set(Array.from({ length: 20 }, (_, n) => hash(n))));
    expect(failed).toEqual([]);
  });

  it('should keep only the newest readers when full, with few writes, and record when it last dropped any', async () => {
    const { store, write, instance, hashes } = deployment();
    const index = instance();
    await index.add(hash(0));
    await pass(1_000);
    const added: Promise<void>[] = [];
    for (let n = 1; n <= 3_000; n++) {
      added.push(index.add(hash(n)));
      if (n % 100 === 0) await pass(50);
    }
    await pass(1_000);
    await Promise.all(added);
    expect(write.mock.calls.length).toBeLessThanOrEqual(12);
    const kept = await hashes();
    expect(kept).toHaveLength(MAX_READERS);
    expect(kept).toContain(hash(3_000));
    expect(kept).not.toContain(hash(0));
    expect((await index.read()).displacedAt).toBeGreaterThan(0);
    const { value } = (await store.read(AWAY_UNSENT_KEY)) ?? {};
    expect(JSON.stringify(value).length).toBeLessThan(64 * 1024);
  });

  it("should not delay callers while it can't be written, and should be written later", async () => {
    const { write, failed, instance, hashes } = deployment();
    write.mockRejectedValue(new Error('down'));
    const index = instance();
    await index.add(hash(1));
    expect(failed.map(String)).toEqual(['Error: down']);
    await index.add(hash(2));
    write.mockRestore();
    await pass(2_000);
    expect(new Set(await hashes())).toEqual(new Set([hash(1), hash(2)]));
    await index.stop();
  });

  it("should delay only the first call while the store doesn't respond, and by no more than 3 s", async () => {
    const { store, instance } = deployment();
    let finishRead: ((value: undefined) => void) | undefined;
    vi.spyOn(store, 'read').mockReturnValueOnce(new Promise((resolve) => (finishRead = resolve)));
    const index = instance();
    const start = Date.now();
    const waited = index.add(hash(1)).then(() => Date.now() - start);
    await pass(5_000);
    expect(await waited).toBe(3_000);
    await index.add(hash(2));
    finishRead?.(undefined);
    await pass(1_000);
    expect((await index.read()).readers).toHaveLength(2);
  });

  it('should not be overwritten if a later version wrote it', async () => {
    const { store, write, failed, instance } = deployment();
    await store.write(AWAY_UNSENT_KEY, { v: 2, readers: 'other' }, undefined);
    write.mockClear();
    const index = instance();
    await index.add(hash(1));
    expect([failed.length, write.mock.calls.length]).toEqual([1, 0]);
    await index.stop();
  });

  it('should write pending readers when it stops', async () => {
    const { instance, hashes } = deployment();
    const index = instance();
    await index.add(hash(1));
    void index.add(hash(2));
    await index.stop();
    expect(await hashes()).toHaveLength(2);
  });

  it('should finish the write in progress before it stops', async () => {
    const { store, instance, hashes } = deployment();
    const read = store.read.bind(store);
    vi.spyOn(store, 'read').mockImplementationOnce(async (key) => {
      await pause(1_000);
      return read(key);
    });
    const index = instance();
    void index.add(hash(1));
    let hasStopped = false;
    const stopped = index.stop().then(() => (hasStopped = true));
    await pass(500);
    expect(hasStopped).toBe(false);
    await pass(500);
    await stopped;
    expect(await hashes()).toEqual([hash(1)]);
  });

  it('should remove readers unless they have been re-added since', async () => {
    const { instance, hashes } = deployment();
    const index = instance();
    await index.add(hash(1));
    await pass(1_000);
    await index.add(hash(2));
    const before = (await index.read()).readers;
    await pass(FRESH_MS);
    await index.add(hash(1));
    await index.remove(before);
    expect(await hashes()).toEqual([hash(1)]);
    await index.forget(hash(1));
    expect(await hashes()).toEqual([]);
  });
});
