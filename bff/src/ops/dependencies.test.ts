import { expect, it } from 'vitest';
import { DependencyWatch } from './dependencies.ts';

it('should list a dependency with the time when it started failing, until it responds', async () => {
  let [now, isDown] = [1_000, false];
  const watch = new DependencyWatch(
    {
      sidecar: async () => undefined,
      redis: () => (isDown ? Promise.reject(new Error('unavailable')) : Promise.resolve()),
    },
    () => now,
  );
  await watch.check();
  expect(watch.failing).toEqual([]);
  [now, isDown] = [3_000, true];
  await watch.check();
  now = 5_000;
  await watch.check();
  expect(watch.failing).toEqual([{ dependency: 'redis', since: '1970-01-01T00:00:03.000Z' }]);
  isDown = false;
  await watch.check();
  expect(watch.failing).toEqual([]);
});
