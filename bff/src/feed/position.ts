import { randomBytes } from 'node:crypto';
import type { Position } from '@tocsin/contracts';

/** An epoch is `<n>-<random>`: ordered by n, then by the random part. */
const partsOf = (epoch: string): [number, string] => {
  const dash = epoch.indexOf('-');
  return [Number(epoch.slice(0, dash)), epoch.slice(dash + 1)];
};

/** The latest JavaScript Date. n + 1 is exact up to this value, so epochs have a total order. */
const MAX_N = 8_640_000_000_000_000;
const EPOCH = /^\d{1,16}-[\w-]{1,40}$/;

/** Whether the text looks like a `newEpoch` result. Anything else could sort above all later epochs. */
export const isEpoch = (epoch: string): boolean => EPOCH.test(epoch) && epochNumber(epoch) <= MAX_N;

export const epochNumber = (epoch: string): number => partsOf(epoch)[0];

export function isLaterEpoch(a: string, b: string): boolean {
  const [n, random] = partsOf(a);
  const [m, other] = partsOf(b);
  return n > m || (n === m && random > other);
}

/** `undefined` is lower than every position. */
export function isHigher(a: Position | undefined, b: Position | undefined): boolean {
  if (!a) return false;
  if (!b) return true;
  return a.epoch === b.epoch ? a.offset > b.offset : isLaterEpoch(a.epoch, b.epoch);
}

export const highest = (a: Position | undefined, b: Position | undefined): Position | undefined =>
  isHigher(a, b) ? a : b;

/**
 * Creates an epoch later than all known epochs. The epoch's n is the current time, or the highest known n + 1 if the
 * clock went back.
 */
export function newEpoch(now: number, ...known: (string | undefined)[]): string {
  const n = Math.max(now, ...known.map((epoch) => (epoch ? epochNumber(epoch) + 1 : 0)));
  return `${n}-${randomBytes(4).toString('hex')}`;
}

const ERASED = '-erased';

/** Like `newEpoch`, but adds a suffix to show that the epoch starts with an erasure. */
export const newErasedEpoch = (now: number, ...known: (string | undefined)[]): string =>
  `${newEpoch(now, ...known)}${ERASED}`;

export const beganWithErasure = (epoch: string): boolean => epoch.endsWith(ERASED);
