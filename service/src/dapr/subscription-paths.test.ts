import { expect, it, vi } from 'vitest';
import {
  RefreshedTooRecentlyError,
  SubscriptionPaths,
  type ActiveSubscription,
} from './subscription-paths.ts';

const active = (path: string): ActiveSubscription => ({ pubsubname: 'p', topic: 't', path });

function setUp(...responses: (ActiveSubscription[] | Error)[]) {
  const listActive = vi.fn(async () => {
    const response = responses.length > 1 ? responses.shift() : responses[0];
    if (response instanceof Error) throw response;
    return response ?? [];
  });
  const clock = { now: 0 };
  return { listActive, clock, paths: new SubscriptionPaths(listActive, () => clock.now) };
}

it('should find active subscriptions, and call the sidecar only once', async () => {
  const { listActive, paths } = setUp([active('/a')]);
  for (let i = 0; i < 3; i++) expect(await paths.find('/a')).toEqual({ pubsubname: 'p', topic: 't' });
  expect(listActive).toHaveBeenCalledTimes(1);
});

it('should not find a new path until the sidecar has a subscription that delivers to it', async () => {
  const { paths } = setUp([active('/a')]);
  expect(await paths.find(paths.newPath())).toBeUndefined();
});

it('should call the sidecar at most once a second for unknown paths, and find new subscriptions', async () => {
  const { listActive, clock, paths } = setUp([active('/a')], [active('/b')]);
  expect(await paths.find('/guess')).toBeUndefined();
  await expect(paths.find('/b')).rejects.toThrow(RefreshedTooRecentlyError);
  expect(await paths.find('/a')).toBeDefined();
  clock.now += 1_000;
  const found = await Promise.all(Array.from({ length: 10 }, () => paths.find('/b')));
  expect(found.every(Boolean)).toBe(true);
  expect(listActive).toHaveBeenCalledTimes(2);
  clock.now += 1_000;
  expect(await paths.find('/a'), 'no longer active in the sidecar').toBeUndefined();
});

it('should reject while the sidecar does not respond', async () => {
  const { clock, paths } = setUp(new Error('unavailable'), [active('/a')]);
  await expect(paths.find('/a')).rejects.toThrow('unavailable');
  clock.now += 1_000;
  expect(await paths.find('/a')).toBeDefined();
});

it('should call the sidecar again after a second even if the clock was set back', async () => {
  vi.useFakeTimers();
  try {
    const paths = new SubscriptionPaths(setUp([], [active('/a')]).listActive);
    expect(await paths.find('/a')).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1_000);
    vi.setSystemTime(0);
    expect(await paths.find('/a')).toBeDefined();
  } finally {
    vi.useRealTimers();
  }
});
