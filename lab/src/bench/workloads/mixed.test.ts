import { describe, expect, it } from 'vitest';
import { partsOf } from './clients/crowd.ts';
import { mixedAudience } from './mixed.ts';

describe('the mixed audience', () => {
  const { feedsOf, feedOf } = mixedAudience(1_000);

  it('should subscribe each person to a personal feed, a topic with 50 people, and the feed `all`', () => {
    expect(new Set(feedsOf.map(([user]) => user)).size).toBe(1_000);
    const topics = feedsOf.map(([, topic]) => topic);
    expect(new Set(topics).size).toBe(20);
    expect(topics.filter((topic) => topic === topics[7])).toHaveLength(50);
    expect(feedsOf.every(([, , all]) => all === 'all')).toBe(true);
  });

  it('should send 80% of messages to people, 15% to topics and 5% to all, rotating through each kind’s feeds', () => {
    const feeds = Array.from({ length: 2_000 }, (_, index) => feedOf(index));
    const share = (start: string) => feeds.filter((feed) => feed.startsWith(start)).length / feeds.length;
    expect([share('user:'), share('topic:'), share('all')]).toEqual([0.8, 0.15, 0.05]);
    expect(new Set(feeds).size).toBe(1_000 + 20 + 1);
    expect(feeds.every((feed) => feedsOf.some((watched) => watched.includes(feed)))).toBe(true);
  });
});

describe('the division of a crowd into parts', () => {
  it('should contain every client once, and stay within the maximum size', () => {
    expect(partsOf(20_000, 10_000)).toEqual([
      { first: 0, count: 10_000 },
      { first: 10_000, count: 10_000 },
    ]);
    expect(partsOf(7, 3)).toEqual([
      { first: 0, count: 2 },
      { first: 2, count: 2 },
      { first: 4, count: 3 },
    ]);
    expect(partsOf(0, 3)).toEqual([]);
  });
});
