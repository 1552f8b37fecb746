import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useFreshStores } from '../../testing/stores.ts';
import { useLater } from './later.ts';

useFreshStores();
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('should not run tasks such as the first toasts until the preferences are loaded', async () => {
  await import('./late-parts.ts');
  const later = useLater();
  const run: string[] = [];
  let loaded: () => void = () => undefined;
  const stop = later.load(new Promise((resolve) => (loaded = resolve)));
  later.run(() => run.push('first'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(run).toEqual([]);
  later.run(() => run.push('second'));
  loaded();
  await vi.waitFor(() => expect(run).toEqual(['first', 'second']));
  stop();
});

it('should keep running tasks after a task throws, before and after the stores are loaded', async () => {
  const error = vi.spyOn(console, 'error').mockReturnValue();
  await import('./late-parts.ts');
  const later = useLater();
  const run: string[] = [];
  const fail = (): void => {
    throw new TypeError('Illegal constructor');
  };
  const stop = later.load(Promise.resolve());
  later.run(fail);
  later.run(() => run.push('early'));
  await vi.advanceTimersByTimeAsync(60_000);
  await vi.waitFor(() => expect(run).toEqual(['early']));
  later.run(fail);
  expect(error).toHaveBeenCalledTimes(2);
  stop();
  error.mockRestore();
});
