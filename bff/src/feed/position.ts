import { randomBytes } from 'node:crypto';
import type { Position } from '@tocsin/contracts';

/** An epoch is `<n>-<random>`: ordered by n, then by the random part. */
const partsOf = (epoch: string): [number, string] => {
  const dash = epoch.indexOf('-');
  return [Number(epoch.slice(0, dash)), epoch.slice(dash + 1)];
};

/** The largest time that JavaScript knows, so that n + 1 is exact and the order total. */
const MAX_N = 8_640_000_000_000_000;
const EPOCH = /^\d{1,16}-[\w-]{1,40}$/;

/** Whether it has the form of `newEpoch`: another form could sort above all later epochs. */
export const isEpoch = (epoch: string): boolean => EPOCH.test(epoch) && epochNumber(epoch) <= MAX_N;

export const epochNumber = (epoch: string): number => partsOf(epoch)[0];

/** Whether epoch `a` began after epoch `b`. */
export function isLaterEpoch(a: string, b: string): boolean {
  const [n, random] = partsOf(a);
  const [m, other] = partsOf(b);
  return n > m || (n === m && random > other);
}

/** Whether position `a` lies beyond `b`; no position lies below every other. */
export function isHigher(a: Position | undefined, b: Position | undefined): boolean {
  if (!a) return false;
  if (!b) return true;
  return a.epoch === b.epoch ? a.offset > b.offset : isLaterEpoch(a.epoch, b.epoch);
}

export const highest = (a: Position | undefined, b: Position | undefined): Position | undefined =>
  isHigher(a, b) ? a : b;

/**
 * An epoch later than all known ones: n is the time, or one more than the highest known n, so that a clock
 * that went back does not make it older.
 */
export function newEpoch(now: number, ...heard: (string | undefined)[]): string {
  const n = Math.max(now, ...heard.map((epoch) => (epoch ? epochNumber(epoch) + 1 : 0)));
  return `${n}-${randomBytes(4).toString('hex')}`;
}

const ERASED = '-erased';

/** The same for an epoch that begins with an erasure, which its name says. */
export const newErasedEpoch = (now: number, ...heard: (string | undefined)[]): string =>
  `${newEpoch(now, ...heard)}${ERASED}`;

export const beganErased = (epoch: string): boolean => epoch.endsWith(ERASED);
