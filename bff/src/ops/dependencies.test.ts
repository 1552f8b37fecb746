import { expect, it } from 'vitest';
import { DependencyWatch } from './dependencies.ts';

it('should record when a dependency started failing, and clear that when it responds', async () => {
  let [now, away] = [1_000, false];
  const watch = new DependencyWatch(
    {
      sidecar: async () => undefined,
      redis: () => (away ? Promise.reject(new Error('away')) : Promise.resolve()),
    },
    () => now,
  );
  await watch.check();
  expect(watch.failing).toEqual([]);
  [now, away] = [3_000, true];
  await watch.check();
  now = 5_000;
  await watch.check();
  expect(watch.failing).toEqual([{ dependency: 'redis', since: '1970-01-01T00:00:03.000Z' }]);
  away = false;
  await watch.check();
  expect(watch.failing).toEqual([]);
});
