import type { Arrival, Publication } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { committedItems } from './committed-items.ts';

const arrival = (id: string, more: Partial<Arrival> = {}): Arrival => ({
  ...{ id, feed: 'user:ada', severity: 'info', title: id, createdAt: '2026-01-01T00:00:00Z', ...more },
});
const live = (offset: number, { sourceHash: _, fallback: __, ...notification }: Arrival): Publication => ({
  offset,
  notification,
});

const publishedOf = (items: Arrival[], publications: Publication[]) =>
  committedItems(
    items.map((item, index) => ({ seq: 1, index, item })),
    [{ epoch: '1-a', publications }],
  ).map(({ published }) => published);

it('should add the positions of the notifications that the commit published', () => {
  const beside = arrival('b', { sourceHash: 'f'.repeat(16) });
  const publications = [live(8, arrival('a')), live(9, arrival('b.ffffffff'))];
  expect(publishedOf([arrival('a'), beside], publications)).toEqual([
    { position: { epoch: '1-a', offset: 8, id: 'a' } },
    { position: { epoch: '1-a', offset: 9, id: 'b.ffffffff' } },
  ]);
});

it('should add that a later notification of the commit replaced one', () => {
  const publications: Publication[] = [
    { offset: 8, notification: null, id: 'a', gone: 'replaced' },
    live(9, arrival('b')),
  ];
  expect(publishedOf([arrival('a'), arrival('b')], publications)).toEqual([
    { position: { epoch: '1-a', offset: 8, id: 'a' }, gone: 'replaced' },
    { position: { epoch: '1-a', offset: 9, id: 'b' } },
  ]);
});

it('should add nothing to notifications that the commit did not publish', () => {
  const later = arrival('a', { createdAt: '2026-01-01T00:00:01Z' });
  expect(publishedOf([later, arrival('c')], [live(8, arrival('a'))])).toEqual([undefined, undefined]);
  const items = [{ seq: 1, index: 0, item: arrival('a') }];
  expect(committedItems(items, [])).toEqual(items);
});
