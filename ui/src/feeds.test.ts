import { MAX_FEEDS_PER_CONNECTION } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { feedsOf } from './feeds.ts';

it.each([
  ['', ['all']],
  ['?feed=', ['all']],
  ['?feed=topic:orders', ['topic:orders']],
  ['?feed=all&feed=user%3A42&feed=all', ['all', 'user:42']],
])('should parse the feeds in "%s"', (search, feeds) => {
  expect(feedsOf(search)).toEqual(feeds);
});

it('should follow only as many feeds as a connection can have', () => {
  const search = Array.from({ length: MAX_FEEDS_PER_CONNECTION + 5 }, (_, n) => `feed=topic:${n}`).join('&');
  const feeds = feedsOf(`?feed=all&${search}`);
  expect(feeds).toHaveLength(MAX_FEEDS_PER_CONNECTION);
  expect(feeds[0]).toBe('all');
});
