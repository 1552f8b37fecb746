import { expect, it } from 'vitest';
import { Follower } from './follower.ts';

const trace = 'a'.repeat(32);
const line = (text: string, traceId?: string) => JSON.stringify({ msg: text, ...(traceId && { traceId }) });

it('should select the lines with the notification’s id', () => {
  const follower = new Follower('n-1');
  expect(follower.select(line('accepted n-2'))).toEqual([]);
  expect(follower.select(line('accepted n-1'))).toEqual([line('accepted n-1')]);
  expect(follower.select(line('accepted:\nn-1'))).toEqual([line('accepted:\nn-1')]);
});

it.each(['n-12', 'an-1', 'x:n-1', 'n-1:2', 'n-1.5'])('should not take %s for the id', (other) => {
  const follower = new Follower('n-1');
  expect(follower.select(JSON.stringify({ ids: [other], traceId: trace }))).toEqual([]);
  expect(follower.select(line('deposit done', trace))).toEqual([]);
  const both = line(`merged ${other} and n-1.`);
  expect(follower.select(both)).toEqual([both]);
});

it('should select lines in the notification’s trace, including earlier lines', () => {
  const follower = new Follower('n-1');
  const earlier = line('deposit done', trace);
  const accepted = line('accepted n-1', trace);
  expect(follower.select(earlier)).toEqual([]);
  expect(follower.select(accepted)).toEqual([earlier, accepted]);
  expect(follower.select(line('received', trace))).toEqual([line('received', trace)]);
});

it.each(['entry:{0}:abcdefgh:', 'entry:abcdefgh:all:'])('should select the lines of the entry %s7', (run) => {
  const follower = new Follower('n-1');
  follower.select(line(`committed n-1 of ${run}7`));
  const popped = line(`popped ${run}7`);
  expect(follower.select(popped)).toEqual([popped]);
  expect(follower.select(line(`popped ${run}8`))).toEqual([]);
  expect(follower.select(line(`popped ${run}71`))).toEqual([]);
});
