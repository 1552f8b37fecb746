import { expect, it } from 'vitest';
import { futureTimeIn, inputValueOf, lastTime, SNOOZES } from './snooze-times.ts';

const at = (name: string, now: Date) => inputValueOf(SNOOZES.find((snooze) => snooze.name === name)!.at(now));

it('should offer tomorrow morning and next Monday, including across month boundaries', () => {
  const friday = new Date(2026, 0, 30, 22, 15);
  expect(at('inAnHour', friday)).toBe('2026-01-30T23:15');
  expect(at('tomorrow', friday)).toBe('2026-01-31T08:00');
  expect(at('nextWeek', friday)).toBe('2026-02-02T08:00');
  expect(at('nextWeek', new Date(2026, 1, 2)), 'next Monday if today is Monday').toBe('2026-02-09T08:00');
});

it('should accept only future times, at most a year ahead', () => {
  const days = (count: number) => inputValueOf(new Date(Date.now() + count * 24 * 60 * 60 * 1000));
  expect(futureTimeIn('2020-01-01T10:00')).toBeUndefined();
  expect(futureTimeIn('')).toBeUndefined();
  expect(futureTimeIn(days(365))).toEqual(new Date(days(365)));
  expect(futureTimeIn(days(367))).toBeUndefined();
  expect(futureTimeIn(inputValueOf(lastTime())), 'the last time that the picker offers').toBeDefined();
});
