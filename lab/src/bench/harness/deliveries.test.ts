import { describe, expect, it } from 'vitest';
import { Deliveries } from './deliveries.ts';
import { textOf } from './message-numbers.ts';

const data = (...numbers: number[]): Buffer => Buffer.from(numbers.map((n) => textOf(n, 100)).join(' '));

describe('Deliveries', () => {
  const feedsOf = [['a', 'all'], ['b', 'all'], ['all']];

  it('should report when a message has reached all the feed’s subscribers', async () => {
    const complete: number[] = [];
    const deliveries = new Deliveries(feedsOf, 10, (n) => complete.push(n));
    expect(deliveries.feeds.sort()).toEqual(['a', 'all', 'b']);
    deliveries.expect(10, 'b');
    deliveries.expect(11, 'all');
    deliveries.take(0, data(9, 11));
    deliveries.take(1, data(10, 11));
    expect(complete).toEqual([10]);
    await expect(deliveries.all(10)).rejects.toThrow(
      '1 of 2 messages did not reach all subscribers of their feed',
    );
    deliveries.take(2, data(11));
    expect(complete).toEqual([10, 11]);
    await deliveries.all(10);
  });

  it('should fail if a message arrived twice', async () => {
    const deliveries = new Deliveries(feedsOf, 0);
    deliveries.expect(0, 'a');
    deliveries.take(0, data(0, 0));
    await expect(deliveries.all(10)).rejects.toThrow('Messages that arrived twice: 1.');
    expect(() => deliveries.check()).toThrow('Messages that arrived twice: 1.');
  });

  it('should fail if a message reaches a client that isn’t subscribed to the feed', async () => {
    const deliveries = new Deliveries(feedsOf, 0);
    deliveries.expect(0, 'a');
    deliveries.take(1, data(0));
    deliveries.take(0, data(0));
    await expect(deliveries.all(10)).rejects.toThrow(
      'Messages that reached clients without a subscription to their feed: 1.',
    );
  });

  it('should reject a feed without subscribers', () => {
    expect(() => new Deliveries(feedsOf, 0).expect(0, 'c')).toThrow('No client is subscribed to c.');
  });
});
