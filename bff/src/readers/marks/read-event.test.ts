import { expect, it } from 'vitest';
import { readEventOf } from './read-event.ts';

const ids = (first: number, last: number) =>
  Promise.resolve(Array.from({ length: last - first + 1 }, (_, n) => `n${first + n}`));
const history = { head: 3_000, floor: 1, readRange: async () => [], ids };
const change = { feed: 'user:ada', head: { epoch: '1-a', offset: 3_000 }, history };
const eventOf = async (
  before: { offset: number; ids?: string[] },
  after: { offset: number; ids?: string[] },
) => readEventOf({ ...change, before: { ids: [], ...before }, after: { ids: [], ...after } }, 0);

it('should list only the notifications that became read', async () => {
  const event = await eventOf({ offset: 1, ids: ['n3'] }, { offset: 4, ids: ['n7'] });
  expect(event?.data).toEqual({ feed: 'user:ada', ids: ['n2', 'n4', 'n7'], more: false });
  expect(await eventOf({ offset: 4, ids: ['n7'] }, { offset: 4, ids: ['n7'] })).toBeUndefined();
});

it('should have the same id for a repeated mark, and a different id for another mark', async () => {
  const [first, repeated, other] = [
    await eventOf({ offset: 0 }, { offset: 2 }),
    await eventOf({ offset: 0 }, { offset: 2 }),
    await eventOf({ offset: 2 }, { offset: 3 }),
  ];
  expect(first?.id).toBe(repeated?.id);
  expect(first?.id).not.toBe(other?.id);
});

it('should list at most 1,000 notifications, newest last', async () => {
  const event = await eventOf({ offset: 0 }, { offset: 2_500 });
  const { ids: listed, more } = event!.data as { ids: string[]; more: boolean };
  expect([listed.length, listed.at(-1), more]).toEqual([1_000, 'n2500', true]);
  const beyond = await eventOf({ offset: 0 }, { offset: 1_000, ids: ['n2000'] });
  expect(beyond?.data).toMatchObject({ ids: { length: 1_000, 999: 'n2000' }, more: true });
});
