import { idOfPublication, type InboxDocument, type Publication, type ReadDocument } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { arrival } from '../../../../testing/away/deployment.ts';
import type { Waiting } from '../document.ts';
import { standingsOf } from './standings.ts';

const READER = 'user:ada';
const EPOCH = '1-a';
const NOW = Date.parse('2026-01-02T00:00:00Z');

interface World {
  floor: number;
  read?: Partial<ReadDocument>;
  inbox?: InboxDocument;
  epoch?: string;
  published?: Publication[];
  waiting?: Partial<Waiting>;
  expiresAt?: string;
}

/** The standing of a notification in a feed whose history begins at `floor`. */
async function standingWith({
  floor,
  read,
  inbox,
  epoch = EPOCH,
  published = [],
  waiting,
  expiresAt,
}: World) {
  const { id, createdAt, ...content } = { ...arrival('old'), ...(expiresAt && { expiresAt }) };
  const one = { id, createdAt, notification: { id, createdAt, ...content }, steps: [], ...waiting };
  const history = {
    ...{ head: 20, floor },
    stretch: async (first: number) => published.filter(({ offset }) => offset === first),
    ids: async (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, index) => {
        const found = published.find(({ offset }) => offset === first + index);
        return found ? idOfPublication(found) : `other-${first + index}`;
      }),
  };
  const of = await standingsOf(READER, [one], {
    states: { readFresh: async () => ({ v: 1, epoch: EPOCH, offset: 0, ids: [], ...read, at: 0 }) },
    inboxes: { readFresh: async () => inbox },
    histories: { including: async () => ({ head: { epoch, offset: 20 }, history }) },
    now: () => NOW,
  });
  const standing = of(one);
  return standing.isOpen ? 'open' : standing.reason;
}

it('should end a fallback whose notification was read before it left the history', async () => {
  expect(await standingWith({ floor: 11, read: { offset: 10, ids: [] } })).toBe('read');
  expect(await standingWith({ floor: 11, read: { offset: 0, ids: ['old'] } })).toBe('read');
});

it('should keep a fallback whose notification left the history while it may have been unread', async () => {
  expect(await standingWith({ floor: 11, read: { offset: 9, ids: [] } })).toBe('open');
  expect(await standingWith({ floor: 1, read: { offset: 0, ids: [] } })).toBe('open');
});

it('should end a fallback whose notification has left the history and expired', async () => {
  const unread = { floor: 11, read: { offset: 0, ids: [] } };
  expect(await standingWith({ ...unread, expiresAt: '2026-01-01T23:00:00Z' })).toBe('expired');
  expect(await standingWith({ ...unread, expiresAt: '2026-01-02T01:00:00Z' })).toBe('open');
});

describe('a fallback with the position of its notification', () => {
  const at = (offset: number, epoch = EPOCH, id = 'old') => ({ position: { epoch, offset, id } });
  const inbox = (archived: [number, number][], epoch = EPOCH): InboxDocument => ({
    ...{ v: 1, version: 1, snoozed: [] },
    feeds: { [READER]: { epoch, seen: 0, unread: [], archived, at: 0 } },
  });

  it('should end if the notification was read or archived, however far its history has moved on', async () => {
    const left = { floor: 15, waiting: at(3) };
    expect(await standingWith({ ...left, read: { offset: 3 } })).toBe('read');
    expect(await standingWith({ ...left, read: { ids: ['old'] } })).toBe('read');
    expect(await standingWith({ ...left, inbox: inbox([[3, 3]]) })).toBe('archived');
  });

  it('should not end because of marks on other notifications', async () => {
    const left = { floor: 15, waiting: at(3), read: { offset: 2, ids: ['other-16'] } };
    expect(await standingWith({ ...left, inbox: inbox([[4, 9]]) })).toBe('open');
    // The mark is of another epoch than the position.
    expect(await standingWith({ floor: 15, waiting: at(3), read: { offset: 9, epoch: '0-z' } })).toBe('open');
  });

  it('should heed the marks of the epoch in which the notification was published', async () => {
    const lost = { epoch: '2-b', floor: 1, waiting: at(3) };
    expect(await standingWith({ ...lost, read: { offset: 3 } })).toBe('read');
    expect(await standingWith({ ...lost, inbox: inbox([[1, 4]]) })).toBe('archived');
    expect(await standingWith({ ...lost, read: { epoch: '2-b', offset: 9 } })).toBe('open');
  });

  it('should heed what the history shows at the position', async () => {
    const gone: Publication = { offset: 17, notification: null, id: 'old', gone: 'replaced' };
    const here = { floor: 15, waiting: at(17) };
    expect(await standingWith({ ...here, published: [gone] })).toBe('replaced');
    // Another notification took the place, after the store was rolled back unnoticed.
    const taken: Publication = { ...gone, id: 'other' };
    expect(await standingWith({ ...here, published: [taken] })).toBe('open');
  });

  it('should heed marks of the id under which the feed shows the notification', async () => {
    const beside = { floor: 15, waiting: { ...at(3, EPOCH, 'old.ffffffff'), sourceHash: 'f'.repeat(16) } };
    expect(await standingWith({ ...beside, read: { ids: ['old.ffffffff'] } })).toBe('read');
    expect(await standingWith({ ...beside, read: { ids: ['old'] } })).toBe('open');
  });
});
