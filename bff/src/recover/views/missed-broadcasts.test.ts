import { expect, it } from 'vitest';
import { MissedBroadcasts } from './missed-broadcasts.ts';

it("should detect each sender's missed broadcasts", () => {
  const missed = new MissedBroadcasts();
  const received = (sender: string, ...numbers: number[]) =>
    numbers.map((number) => missed.receive(sender, number));
  expect(received('a', 7, 8, 9)).toEqual([false, false, false]);
  expect(received('b', 1, 2)).toEqual([false, false]);
  expect(received('a', 11, 12)).toEqual([true, false]);
  expect(received('b', 3, 6)).toEqual([false, true]);
});

it('should not count late or duplicate broadcasts as missed', () => {
  const missed = new MissedBroadcasts();
  expect([3, 3, 2, 4].map((number) => missed.receive('a', number))).toEqual([false, false, false, false]);
});
