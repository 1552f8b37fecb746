import type { InboxDocument, Publication, ReadDocument, Snoozed } from '@tocsin/contracts';
import { idOfPublication } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { arrival } from '../../../../testing/away/deployment.ts';
import type { Waiting } from '../document.ts';
import { standingsOf } from './standings.ts';

const READER = 'user:ada';
const EPOCH = '1-a';
const NOW = Date.parse('2026-01-02T00:00:00Z');
const CREATED = '2026-01-01T00:00:00.000Z';

interface World {
  floor?: number;
  head?: number;
  epoch?: string;
  read?: Partial<ReadDocument>;
  marks?: Partial<InboxDocument['feeds'][string]>;
  snoozed?: Snoozed[];
  published?: Publication[];
  waiting?: Partial<Waiting>;
  expiresAt?: string;
}

/**
 * Resolves with the standing of the notification `old`: `open` or `open, seen` if it needs the reader's attention, or
 * why it doesn't. The feed's history begins at `floor`.
 */
async function standingWith(world: World) {
  const { floor = 11, head = 20, epoch = EPOCH, read, marks, snoozed = [], published = [] } = world;
  const content = {
    ...arrival('old'),
    createdAt: CREATED,
    ...(world.expiresAt && { expiresAt: world.expiresAt }),
  };
  const waiting = { id: 'old', createdAt: CREATED, notification: content, steps: [], ...world.waiting };
  const history = {
    ...{ head, floor },
    readRange: async (first: number) => published.filter(({ offset }) => offset === first),
    ids: async (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, i) => {
        const found = published.find(({ offset }) => offset === first + i);
        return found ? idOfPublication(found) : `other-${first + i}`;
      }),
  };
  const ownMarks = { epoch: EPOCH, seen: 0, unread: [], archived: [], at: 0, ...marks };
  const inbox = { v: 1 as const, version: 1, feeds: marks ? { [READER]: ownMarks } : {}, snoozed };
  const standingOf = await standingsOf(READER, [waiting], {
    states: { readFresh: async () => ({ v: 1, epoch: EPOCH, offset: 0, ids: [], at: 0, ...read }) },
    inboxes: { readFresh: async () => inbox },
    histories: { including: async () => ({ head: { epoch, offset: head }, history }) },
    now: () => NOW,
  });
  const standing = standingOf(waiting);
  if (!standing.isOpen) return standing.reason;
  return standing.isSeen ? 'open, seen' : 'open';
}

const live = (offset: number, id: string, createdAt = CREATED): Publication => ({
  offset,
  notification: { ...arrival(id), createdAt },
});

it('should end a fallback if the notification was read before it left the history', async () => {
  expect(await standingWith({ read: { offset: 10 } })).toBe('read');
  expect(await standingWith({ read: { ids: ['old'] } })).toBe('read');
});

it('should keep a fallback if the notification has left the history but might be unread', async () => {
  expect(await standingWith({ read: { offset: 9 } })).toBe('open');
  expect(await standingWith({ floor: 1 })).toBe('open');
});

it('should end a fallback if the notification has left the history and expired', async () => {
  for (const waiting of [{}, { position: { epoch: EPOCH, offset: 3 } }]) {
    expect(await standingWith({ waiting, expiresAt: '2026-01-01T23:00:00Z' })).toBe('expired');
    expect(await standingWith({ waiting, expiresAt: '2026-01-02T01:00:00Z' })).toBe('open');
  }
});

describe('a notification that has left the history but has a stored position', () => {
  const waiting = { position: { epoch: EPOCH, offset: 3 } };
  const standing = (world: World) => standingWith({ waiting, ...world });

  it('should get its standing from the marks', async () => {
    expect(await standing({})).toBe('open');
    expect(await standing({ read: { offset: 2, ids: ['other'] } })).toBe('open');
    expect(await standing({ read: { offset: 3 } })).toBe('read');
    expect(await standing({ read: { ids: ['old'] } })).toBe('read');
    expect(await standing({ marks: { archived: [[3, 3]] } })).toBe('archived');
    expect(await standing({ marks: { archived: [[4, 9]] } })).toBe('open');
    expect(await standing({ marks: { seen: 3 } })).toBe('open, seen');
    expect(await standing({ marks: { seen: 2 } })).toBe('open');
  });

  it('should count as open if it was read (by offset or id) and then marked as unread', async () => {
    const marks = { unread: [[3, 3]] as [number, number][] };
    expect(await standing({ read: { offset: 15 }, marks })).toBe('open, seen');
    expect(await standing({ read: { ids: ['old'] }, marks })).toBe('open');
  });

  it('should stay snoozed', async () => {
    const notification = { ...arrival('old'), createdAt: CREATED };
    const snoozed = [{ epoch: EPOCH, offset: 3, until: '2026-01-05T00:00:00Z', notification }];
    expect(await standing({ snoozed })).toBe('snoozed');
  });

  it('should be matched to marks by the id that it has in the feed', async () => {
    const renamed = {
      ...{ sourceHash: 'f'.repeat(16), position: { epoch: EPOCH, offset: 3, id: 'old.ffffffff' } },
    };
    expect(await standing({ waiting: renamed, read: { ids: ['old.ffffffff'] } })).toBe('read');
    expect(await standing({ waiting: renamed, read: { ids: ['old'] } })).toBe('open');
  });

  it("should not get a later notification's standing if both have the same id", async () => {
    const later = live(15, 'old', '2026-01-01T12:00:00.000Z');
    expect(await standing({ published: [later] })).toBe('open');
    expect(await standing({ published: [later], read: { ids: ['old'] } })).toBe('open');
    expect(await standing({ published: [later], read: { offset: 3 } })).toBe('read');
    const gone: Publication = { offset: 15, notification: null, id: 'old', gone: 'replaced' };
    expect(await standing({ published: [gone] })).toBe('open');
  });

  it('should count as retracted if the history contains a retraction for the id', async () => {
    const gone: Publication = { offset: 15, notification: null, id: 'old', gone: 'retracted' };
    expect(await standing({ published: [gone] })).toBe('retracted');
  });
});

describe('a notification with a position that contradicts the history', () => {
  const waiting = { position: { epoch: EPOCH, offset: 15 } };

  it('should get its standing from the history', async () => {
    const read = { offset: 9, ids: ['old'] };
    expect(await standingWith({ waiting, published: [live(14, 'old')], read })).toBe('read');
    expect(
      await standingWith({ waiting, published: [live(14, 'old')], marks: { archived: [[15, 15]] } }),
    ).toBe('open');
    const gone: Publication = { offset: 15, notification: null, id: 'old', gone: 'replaced' };
    expect(await standingWith({ waiting, published: [gone] })).toBe('replaced');
  });

  it('should count as open if it is missing from the history', async () => {
    const archived: [number, number][] = [[15, 15]];
    expect(await standingWith({ waiting, marks: { archived } })).toBe('open');
    const beyond = { position: { epoch: EPOCH, offset: 25 } };
    expect(await standingWith({ waiting: beyond, marks: { archived: [[25, 25]] } })).toBe('open');
  });
});

describe('a notification from a past epoch', () => {
  const world = { epoch: '2-b', floor: 1, waiting: { position: { epoch: EPOCH, offset: 3 } } };
  const unread = { unread: [[3, 3]] as [number, number][] };

  it("should get its standing from that epoch's marks", async () => {
    expect(await standingWith({ ...world, read: { offset: 3 } })).toBe('read');
    expect(await standingWith({ ...world, read: { ids: ['old'] } })).toBe('read');
    expect(await standingWith({ ...world, read: { offset: 2 } })).toBe('open');
    expect(await standingWith({ ...world, read: { offset: 3 }, marks: unread })).toBe('open, seen');
    expect(await standingWith({ ...world, marks: { archived: [[1, 4]] } })).toBe('archived');
    expect(await standingWith({ ...world, marks: { seen: 5 } })).toBe('open, seen');
  });

  it('should count as open once marks from a later epoch have replaced the original marks', async () => {
    expect(await standingWith({ ...world, read: { epoch: '2-b', offset: 9, ids: ['old'] } })).toBe('open');
    expect(await standingWith({ ...world, marks: { epoch: '2-b', archived: [[1, 9]], seen: 9 } })).toBe(
      'open',
    );
    // The notification might have been marked as unread after it was read. Later marks would have replaced that mark.
    expect(await standingWith({ ...world, read: { offset: 3 }, marks: { epoch: '2-b' } })).toBe('open');
  });

  it('should count as erased if the current epoch began with an erasure', async () => {
    const erased = { ...world, epoch: '2-b-erased' };
    expect(await standingWith(erased)).toBe('erased');
    expect(await standingWith({ ...erased, waiting: { position: { epoch: '2-b-erased', offset: 3 } } })).toBe(
      'open',
    );
    // This instance hasn't seen the position's epoch yet.
    expect(await standingWith({ ...erased, waiting: { position: { epoch: '3-c', offset: 3 } } })).toBe(
      'open',
    );
    const republished = { epoch: '2-b-erased', floor: 1, published: [live(1, 'old')] };
    expect(await standingWith({ ...world, ...republished })).toBe('open');
  });

  it('should stay archived after read marks from a later epoch have replaced the original marks', async () => {
    const read = { epoch: '2-b', offset: 9 };
    expect(await standingWith({ ...world, read, marks: { archived: [[3, 3]] } })).toBe('archived');
  });
});
