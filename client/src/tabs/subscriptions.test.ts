import { expect, it } from 'vitest';
import { Subscriptions } from './subscriptions.ts';

it("should keep a tab's feeds until it subscribes in a new session, but not count them as subscribed", () => {
  const subscriptions = new Subscriptions();
  for (const tab of ['one', 'two']) for (const feed of ['all', 'topic:a']) subscriptions.add(feed, tab, 1);
  subscriptions.add('all', 'one', 2);
  expect(subscriptions.tabsOf('all')).toEqual(['one', 'two']);
  expect(subscriptions.tabsOf('topic:a')).toEqual(['two']);
  expect(subscriptions.leave('one', 2)).toEqual(['all']);
  expect(subscriptions.leave('two', 2)).toEqual([]);
  expect([...subscriptions.feeds]).toEqual([]);
});
