import type { Notification } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { createMatcher } from './matcher.ts';

const notification: Notification = {
  id: '1',
  feed: 'all',
  severity: 'info',
  createdAt: '2026-01-01T00:00:00Z',
  title: 'Straße gesperrt',
  body: 'Zoë’s office is affected',
};

it.each(['strasse', 'STRASSE', 'STRAẞE', 'straße', 'zoe office', 'ZOË', 'oﬃce'])(
  'should find %j, ignoring case, accents and ligatures',
  (q) => {
    expect(createMatcher({ q })(notification)).toBe(true);
  },
);

it('should not find a notification that lacks one of the words', () => {
  expect(createMatcher({ q: 'strasse open' })(notification)).toBe(false);
});
