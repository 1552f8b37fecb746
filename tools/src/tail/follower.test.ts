import { expect, it } from 'vitest';
import { Follower } from './follower.ts';

const trace = 'a'.repeat(32);
const line = (text: string, traceId?: string) => JSON.stringify({ msg: text, ...(traceId && { traceId }) });

it('should select the lines with the notification’s id', () => {
  const follower = new Follower('n-1');
  expect(follower.select(line('accepted n-2'))).toEqual([]);
  expect(follower.select(line('accepted n-1'))).toEqual([line('accepted n-1')]);
});

it('should select lines in the notification’s trace, including earlier lines', () => {
  const follower = new Follower('n-1');
  const earlier = line('deposit done', trace);
  const accepted = line('accepted n-1', trace);
  expect(follower.select(earlier)).toEqual([]);
  expect(follower.select(accepted)).toEqual([earlier, accepted]);
  expect(follower.select(line('received', trace))).toEqual([line('received', trace)]);
});

it('should select the lines of the notification’s entry', () => {
  const follower = new Follower('n-1');
  follower.select(line('committed n-1 of entry:abcdefgh:all:7'));
  const popped = line('popped entry:abcdefgh:all:7');
  expect(follower.select(popped)).toEqual([popped]);
  expect(follower.select(line('popped entry:abcdefgh:all:8'))).toEqual([]);
});
