import { describe, expect, it } from 'vitest';
import { isOlderState, placesIn, type InboxState, type SnoozeMark } from './places.ts';

const empty: InboxState = { version: 1, epoch: '1-a', seen: 0, unread: [], archived: [], snoozed: [] };
const at = (offset: number) => ({ offset, notification: { id: `n${offset}` } });
const mark = (offset: number, flags: Partial<SnoozeMark> = {}): SnoozeMark => ({
  ...{ id: `n${offset}`, epoch: '1-a', offset, until: '2026-05-01T07:00:00Z', ...flags },
});

describe('placesIn', () => {
  it('should put all publications in the inbox, unread and unseen, if the reader has no marks', () => {
    expect(placesIn({ epoch: '1-a' })(at(1))).toEqual({ place: 'inbox', unread: true, unseen: true });
  });

  it('should apply the read, seen, unread and archived marks', () => {
    const placeOf = placesIn({
      epoch: '1-a',
      read: { offset: 3, ids: ['n6'] },
      inbox: {
        ...empty,
        seen: 5,
        unread: [[2, 2]],
        archived: [
          [3, 3],
          [5, 5],
        ],
      },
    });
    expect(placeOf(at(1))).toEqual({ place: 'inbox', unread: false, unseen: false });
    expect(placeOf(at(2))).toEqual({ place: 'inbox', unread: true, unseen: false });
    expect(placeOf(at(3))).toEqual({ place: 'archive', unread: false, unseen: false });
    expect(placeOf(at(4))).toEqual({ place: 'inbox', unread: true, unseen: false });
    expect(placeOf(at(5))).toEqual({ place: 'archive', unread: true, unseen: false });
    expect(placeOf(at(6))).toEqual({ place: 'inbox', unread: false, unseen: false });
    expect(placeOf(at(7))).toEqual({ place: 'inbox', unread: true, unseen: true });
  });

  it('should ignore marks from another epoch', () => {
    const inbox = { ...empty, epoch: '0-z', seen: 9, unread: [[1, 9]], archived: [[1, 9]] } as const;
    const placeOf = placesIn({ epoch: '1-a', read: { offset: 1, ids: [] }, inbox });
    expect(placeOf(at(1))).toEqual({ place: 'inbox', unread: false, unseen: false });
    expect(placeOf(at(2))).toEqual({ place: 'inbox', unread: true, unseen: true });
  });

  it('should place a snoozed notification by its snooze mark and ignore its other marks', () => {
    const until = '2026-05-01T07:00:00Z';
    const snoozed = [
      mark(1),
      mark(2, { due: true }),
      mark(3, { due: true, seen: true }),
      mark(4, { due: true, read: true }),
      mark(5, { due: true, archived: true }),
    ];
    const placeOf = placesIn({
      epoch: '2-b',
      read: { offset: 9, ids: [] },
      inbox: { ...empty, archived: [[1, 9]], snoozed },
    });
    expect(placeOf(at(1))).toEqual({ place: 'snoozed', unread: true, unseen: false, until });
    expect(placeOf(at(2))).toEqual({ place: 'inbox', unread: true, unseen: true, returnedAt: until });
    expect(placeOf(at(3))).toEqual({ place: 'inbox', unread: true, unseen: false, returnedAt: until });
    expect(placeOf(at(4))).toEqual({ place: 'inbox', unread: false, unseen: false, returnedAt: until });
    expect(placeOf(at(5))).toEqual({ place: 'archive', unread: true, unseen: false });
  });
});

describe('isOlderState', () => {
  const state = (version: number, ...snoozed: SnoozeMark[]): InboxState => ({ ...empty, version, snoozed });

  it('should compare versions first, then ended snoozes', () => {
    const [waiting, ended] = [mark(1), mark(1, { due: true })];
    expect(isOlderState(state(1, ended), state(2, waiting))).toBe(true);
    expect(isOlderState(state(2, waiting), state(1, ended))).toBe(false);
    expect(isOlderState(state(2, waiting), state(2, ended))).toBe(true);
    expect(isOlderState(state(2, ended), state(2, waiting))).toBe(false);
    expect(isOlderState(state(2, ended), state(2, ended))).toBe(false);
    // The first state has no mark for the second snooze because that mark has expired.
    expect(isOlderState(state(2, ended), state(2, ended, mark(2, { due: true })))).toBe(false);
  });
});
