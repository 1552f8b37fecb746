import { expect, it, vi } from 'vitest';
import {
  RefreshedTooRecentlyError,
  SubscriptionPaths,
  type ActiveSubscription,
} from './subscription-paths.ts';

const active = (path: string): ActiveSubscription => ({ pubsubname: 'p', topic: 't', path });

function paths(...answers: (ActiveSubscription[] | Error)[]) {
  const listActive = vi.fn(async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer ?? [];
  });
  const clock = { now: 0 };
  return { listActive, clock, paths: new SubscriptionPaths(listActive, () => clock.now) };
}

it('should find active subscriptions, and call the sidecar only once', async () => {
  const { listActive, paths: known } = paths([active('/a')]);
  for (let i = 0; i < 3; i++) expect(await known.find('/a')).toEqual({ pubsubname: 'p', topic: 't' });
  expect(listActive).toHaveBeenCalledTimes(1);
});

it('should not find a new path until the sidecar has a subscription that delivers to it', async () => {
  const { paths: known } = paths([active('/a')]);
  expect(await known.find(known.newPath())).toBeUndefined();
});

it('should call the sidecar at most once a second for unknown paths, and find new subscriptions', async () => {
  const { listActive, clock, paths: known } = paths([active('/a')], [active('/b')]);
  expect(await known.find('/guess')).toBeUndefined();
  await expect(known.find('/b')).rejects.toThrow(RefreshedTooRecentlyError);
  expect(await known.find('/a')).toBeDefined();
  clock.now += 1_000;
  const found = await Promise.all(Array.from({ length: 10 }, () => known.find('/b')));
  expect(found.every(Boolean)).toBe(true);
  expect(listActive).toHaveBeenCalledTimes(2);
  clock.now += 1_000;
  expect(await known.find('/a'), 'no longer active in the sidecar').toBeUndefined();
});

it('should reject while the sidecar does not respond', async () => {
  const { clock, paths: known } = paths(new Error('unavailable'), [active('/a')]);
  await expect(known.find('/a')).rejects.toThrow('unavailable');
  clock.now += 1_000;
  expect(await known.find('/a')).toBeDefined();
});

it('should call the sidecar again after a second even if the clock was set back', async () => {
  vi.useFakeTimers();
  try {
    const known = new SubscriptionPaths(paths([], [active('/a')]).listActive);
    expect(await known.find('/a')).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1_000);
    vi.setSystemTime(0);
    expect(await known.find('/a')).toBeDefined();
  } finally {
    vi.useRealTimers();
  }
});
