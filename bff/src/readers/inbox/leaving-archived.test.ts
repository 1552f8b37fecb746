import type { InboxDocument, Ranges } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { archive } from './changes.ts';
import { archivedOutside, leavingArchived } from './leaving-archived.ts';

const FEED = 'user:ada';
const documentWith = (archived: Ranges, epoch = '1-a'): InboxDocument => ({
  ...{ v: 1, version: 1, snoozed: [] },
  feeds: { [FEED]: { epoch, seen: 0, unread: [], archived: [...archived], at: 0 } },
});
const context = { feed: FEED, epoch: '1-a', head: 30, floor: 20, now: 0 };
const leavingOf = (before: InboxDocument) => {
  const after = archive(0, new Set(['a']), new Map([['a', 25]]))(before, context);
  return leavingArchived(before, after, context);
};

it('should include archive marks below the history, which the inbox drops', () => {
  const marks = { state: 'archived', epoch: '1-a', ranges: [[2, 4]], ids: [] };
  expect(
    leavingOf(
      documentWith([
        [2, 4],
        [18, 22],
      ]),
    ),
  ).toEqual([marks]);
  expect(leavingOf(documentWith([[18, 22]]))).toEqual([]);
});

it('should include archive marks of an earlier epoch', () => {
  const marks = { state: 'archived', epoch: '0-z', ranges: [[25, 28]], ids: [] };
  expect(leavingOf(documentWith([[25, 28]], '0-z'))).toEqual([marks]);
});

it('should include ids that the history no longer has', async () => {
  const ids = async (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, index) => `n${first + index}`);
  const history = { head: 30, floor: 20, ids, stretch: async () => [] };
  const marks = { state: 'archived', ranges: [], ids: ['n3'] };
  expect(await archivedOutside(new Set(['n3', 'n25']), history)).toEqual([marks]);
  expect(await archivedOutside(new Set(['n25']), history)).toEqual([]);
});
