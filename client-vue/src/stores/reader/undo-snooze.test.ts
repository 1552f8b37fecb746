import type { InboxState, SnoozeMark } from '@tocsin/contracts';
import { expect, it, vi } from 'vitest';
import { inbox, item, startSession, type MarkRequest } from '../../../testing/reader.ts';
import { ids, range, useFreshStores } from '../../../testing/stores.ts';
import { useItems } from '../feeds/items.ts';
import { useMarks } from './marks.ts';
import { useNotice } from './notice.ts';
import { useReader } from './reader.ts';
import { useUnread } from './unread.ts';

useFreshStores();

const snoozeEnd = new Date('2099-01-01T00:00:00Z');
async function expectSent(requests: MarkRequest[], expected: readonly object[]): Promise<void> {
  await vi.waitFor(() => expect(requests).toHaveLength(expected.length));
  expect(requests.map(([name, , change]) => ({ name, ...(change as object) }))).toEqual(expected);
}
/** Snoozes `n1` and `n2` while the inbox has this state, then undoes the snooze. */
const snoozeAndUndo = (state: Partial<InboxState>): MarkRequest[] => {
  const requests = startSession();
  useItems().add('all', { epoch: 'e', publications: range(1, 3) });
  useMarks().mergeReadState('all', { epoch: 'e', offset: 3, ids: [] });
  useMarks().mergeInboxState('all', inbox(state));
  useReader().snooze([item('n1'), item('n2')], snoozeEnd);
  expect(ids()).toEqual(['n3']);
  useNotice().undo();
  expect(useNotice().notice?.kind).toBe('undone');
  return requests;
};
const SNOOZE = { name: 'snooze', ids: ['n1', 'n2'], until: snoozeEnd.toISOString() };
const snoozed = (flags: Partial<SnoozeMark>) => ({
  snoozed: [1, 2].map((offset) => ({ id: `n${offset}`, offset, epoch: 'e', until: '', ...flags })),
});

it('undoing a snooze should leave notifications unread if they were back from an earlier snooze', async () => {
  const requests = snoozeAndUndo(snoozed({ until: '2026-06-02T10:00:00Z', due: true }));
  expect(ids()).toHaveLength(3);
  expect(useUnread().count).toBe(2);
  await expectSent(requests, [
    SNOOZE,
    { name: 'unsnooze', ids: ['n1', 'n2'] },
    { name: 'unread', ids: ['n1', 'n2'] },
  ]);
});

it('undoing a snooze should move archived notifications back to the archive', async () => {
  const requests = snoozeAndUndo({ archived: [[1, 2]] });
  expect(['n1', 'n2'].map((id) => useMarks().placeOf(item(id)).place)).toEqual(['archive', 'archive']);
  await expectSent(requests, [
    SNOOZE,
    { name: 'archive', ids: ['n1', 'n2'] },
    { name: 'unsnooze', ids: ['n1', 'n2'] },
  ]);
});

it('undoing a snooze should restore the time of an earlier snooze', async () => {
  const until = '2098-01-01T00:00:00Z';
  const requests = snoozeAndUndo(snoozed({ until }));
  expect(useMarks().placeOf(item('n1'))).toMatchObject({ place: 'snoozed', until });
  await expectSent(requests, [SNOOZE, { ...SNOOZE, until }]);
});

it('undoing a snooze should leave a notification read if it was read during an earlier snooze', async () => {
  const until = '2098-01-01T00:00:00Z';
  const requests = snoozeAndUndo(snoozed({ until, read: true }));
  expect(useMarks().placeOf(item('n1'))).toMatchObject({ place: 'snoozed', unread: false });
  await expectSent(requests, [SNOOZE, { ...SNOOZE, until }, { name: 'read', ids: ['n1', 'n2'] }]);
});

it('undoing a snooze should move notifications to the inbox if their earlier snooze is over', async () => {
  const requests = snoozeAndUndo(snoozed({ until: '2026-06-02T10:00:00Z' }));
  expect(useMarks().placeOf(item('n1')).place).toBe('inbox');
  await expectSent(requests, [
    SNOOZE,
    { name: 'unsnooze', ids: ['n1', 'n2'] },
    { name: 'unread', ids: ['n1', 'n2'] },
  ]);
});

it('undoing a snooze should not restore an earlier snooze that was just undone', async () => {
  const requests = snoozeAndUndo({});
  useReader().snooze([item('n1'), item('n2')], snoozeEnd);
  useNotice().undo();
  expect(ids()).toHaveLength(3);
  await vi.waitFor(() => expect(requests).toHaveLength(4));
  expect(requests.map(([name]) => name)).toEqual(['snooze', 'unsnooze', 'snooze', 'unsnooze']);
});
