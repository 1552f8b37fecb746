import { expect, it } from 'vitest';
import { isReaderChange } from './reader-change.ts';

const change = { reader: 'user:ada', version: '7' };

it.each([
  { ...change, name: 'read', feed: 'all' },
  { ...change, name: 'mutes' },
])('should recognize a change with the event name $name', (known) => {
  expect(isReaderChange(known)).toBe(true);
});

it.each([
  { ...change, name: 'added-by-a-later-version' },
  { ...change, name: 'publications', feed: 'all' },
  { ...change, name: 'read' },
  { ...change, name: 'mutes', feed: 'all' },
])('should not recognize the change %j', (unknown) => {
  expect(isReaderChange(unknown)).toBe(false);
});
