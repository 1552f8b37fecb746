import type { ReadState } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { arrival } from '../../../../testing/away/deployment.ts';
import { standingsOf } from './standings.ts';

const READER = 'user:ada';
const EPOCH = '1-a';
const NOW = Date.parse('2026-01-02T00:00:00Z');

/** The standing of a notification that has left a history, which now begins at `floor`. */
async function standingWith({
  floor,
  read,
  expiresAt,
}: {
  floor: number;
  read: ReadState;
  expiresAt?: string;
}) {
  const { id, createdAt, ...content } = { ...arrival('old'), ...(expiresAt && { expiresAt }) };
  const waiting = { id, createdAt, notification: { id, createdAt, ...content }, steps: [] };
  const history = { head: 20, floor, stretch: async () => [], ids: async () => [] };
  const of = await standingsOf(READER, [waiting], {
    states: { readFresh: async () => ({ v: 1, epoch: EPOCH, ...read, at: 0 }) },
    inboxes: { readFresh: async () => undefined },
    histories: { including: async () => ({ head: { epoch: EPOCH, offset: 20 }, history }) },
    now: () => NOW,
  });
  const standing = of(waiting);
  return standing.isOpen ? 'open' : standing.reason;
}

it('should end a fallback whose notification was read before it left the history', async () => {
  expect(await standingWith({ floor: 11, read: { offset: 10, ids: [] } })).toBe('read');
  expect(await standingWith({ floor: 11, read: { offset: 0, ids: ['old'] } })).toBe('read');
});

it('should keep a fallback whose notification has left the history, but may be unread', async () => {
  expect(await standingWith({ floor: 11, read: { offset: 9, ids: [] } })).toBe('open');
  expect(await standingWith({ floor: 1, read: { offset: 0, ids: [] } })).toBe('open');
});

it('should end a fallback whose notification has left the history and expired', async () => {
  const unread = { floor: 11, read: { offset: 0, ids: [] } };
  expect(await standingWith({ ...unread, expiresAt: '2026-01-01T23:00:00Z' })).toBe('expired');
  expect(await standingWith({ ...unread, expiresAt: '2026-01-02T01:00:00Z' })).toBe('open');
});
