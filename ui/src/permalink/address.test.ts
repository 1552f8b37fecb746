import { expect, it } from 'vitest';
import { permalinkOf, permalinkTo } from './address.ts';
import { withoutPermalink } from './without-permalink.ts';

it('should parse the notification in a URL and use the default feed if none is given', () => {
  expect(permalinkOf('?notification=order-1&feed=topic%3Aorders')).toEqual({
    ...{ id: 'order-1', feed: 'topic:orders' },
  });
  expect(permalinkOf('?notification=a')).toEqual({ id: 'a', feed: 'all' });
  expect(permalinkOf('?feed=all')).toBeUndefined();
  expect(permalinkOf('?notification=')).toBeUndefined();
});

it('should create a URL that parses to the same notification', () => {
  const permalink = { id: 'order 1&2', feed: 'topic:orders' };
  const { pathname, search } = new URL(permalinkTo(permalink), 'https://a.example/x');
  expect(pathname).toBe('/');
  expect(permalinkOf(search)).toEqual(permalink);
});

it('should leave the rest of the URL unchanged when the notification is closed', () => {
  expect(withoutPermalink('https://a.example/?notification=a&feed=topic%3Ax#y')).toBe(
    'https://a.example/?feed=topic%3Ax#y',
  );
});
