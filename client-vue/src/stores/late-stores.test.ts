import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useFreshStores } from '../../testing/stores.ts';
import { useLateStores } from './late-stores.ts';

useFreshStores();
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('should not run tasks, such as showing the first toasts, until the preferences are loaded', async () => {
  await import('./late-parts.ts');
  const lateStores = useLateStores();
  const run: string[] = [];
  let loaded: () => void = () => undefined;
  const stop = lateStores.load(new Promise((resolve) => (loaded = resolve)));
  lateStores.run(() => run.push('first'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(run).toEqual([]);
  lateStores.run(() => run.push('second'));
  loaded();
  await vi.waitFor(() => expect(run).toEqual(['first', 'second']));
  stop();
});

it('should keep running tasks after a task throws, before and after the stores are loaded', async () => {
  const error = vi.spyOn(console, 'error').mockReturnValue();
  await import('./late-parts.ts');
  const lateStores = useLateStores();
  const run: string[] = [];
  const fail = (): void => {
    throw new TypeError('Illegal constructor');
  };
  const stop = lateStores.load(Promise.resolve());
  lateStores.run(fail);
  lateStores.run(() => run.push('early'));
  await vi.advanceTimersByTimeAsync(60_000);
  await vi.waitFor(() => expect(run).toEqual(['early']));
  lateStores.run(fail);
  expect(error).toHaveBeenCalledTimes(2);
  stop();
  error.mockRestore();
});
