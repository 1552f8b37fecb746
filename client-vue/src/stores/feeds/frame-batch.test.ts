import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FrameBatch } from './frame-batch.ts';

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', () => 0);
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it('should keep running tasks after a task throws', () => {
  const error = vi.spyOn(console, 'error').mockReturnValue();
  const batch = new FrameBatch();
  const run: number[] = [];
  batch.run(() => {
    throw new TypeError('Illegal constructor');
  });
  batch.run(() => run.push(2));
  batch.flush();
  expect(run).toEqual([2]);
  expect(error).toHaveBeenCalledTimes(1);
  batch.stop();
  error.mockRestore();
});
