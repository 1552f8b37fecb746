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
