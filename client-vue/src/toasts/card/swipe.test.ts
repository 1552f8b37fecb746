import { expect, it } from 'vitest';
import { Swipe } from './swipe.ts';

const createSwipe = (up = false) => new Swipe({ x: 100, y: 100, at: 0, up });

it('should follow a sideways move and dismiss the toast if the move is long enough', () => {
  const swipe = createSwipe();
  expect(swipe.move(103, 100)).toBeUndefined();
  expect(swipe.move(120, 104)).toEqual({ dx: 20, dy: 0 });
  expect(swipe.move(200, 180)).toEqual({ dx: 100, dy: 0 });
  expect(swipe.end(2_000)).toBe('right');
});

it('should dismiss on a short flick and spring back after a short slow move', () => {
  const flick = createSwipe();
  flick.move(60, 100);
  expect(flick.end(80)).toBe('left');
  const slow = createSwipe();
  slow.move(60, 100);
  expect(slow.end(1_000)).toBeUndefined();
});

it('should ignore scrolling and swipe up only if allowed', () => {
  const scroll = createSwipe();
  expect(scroll.move(100, 50)).toBeUndefined();
  expect(scroll.move(250, 50)).toBeUndefined();
  expect(scroll.end(10)).toBeUndefined();
  const up = createSwipe(true);
  expect(up.move(102, 40)).toEqual({ dx: 0, dy: -60 });
  expect(up.end(60)).toBe('up');
});
