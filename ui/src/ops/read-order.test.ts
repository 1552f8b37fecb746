import { expect, it } from 'vitest';
import { ReadOrder } from './read-order.ts';

it('should ignore a response if a newer one for the same part has arrived or if it was requested before an invalidation', () => {
  const order = new ReadOrder();
  const [first, second, other] = [order.start('list'), order.start('list'), order.start('status')];
  expect([second(), first(), other()]).toEqual([false, true, false]);
  const [third, fourth] = [order.start('list'), order.start('list')];
  expect([third(), fourth()]).toEqual([false, false]);
  const before = order.start('status');
  order.invalidate();
  expect([before(), order.start('status')()]).toEqual([true, false]);
});
