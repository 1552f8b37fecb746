import { randomBytes } from 'node:crypto';
import type { Position } from '@tocsin/contracts';

/** Splits an epoch, `<n>-<random>`, into its parts. Epochs are ordered by n, then by the random part. */
const partsOf = (epoch: string): [number, string] => {
  const dash = epoch.indexOf('-');
  return [Number(epoch.slice(0, dash)), epoch.slice(dash + 1)];
};

/** The latest JavaScript Date (ms). Up to this value, n + 1 is exact, so epochs have a total order. */
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

/** Whether `a` is higher than `b`. `undefined` is lower than every position. */
export function isHigher(a: Position | undefined, b: Position | undefined): boolean {
  if (!a) return false;
  if (!b) return true;
  return a.epoch === b.epoch ? a.offset > b.offset : isLaterEpoch(a.epoch, b.epoch);
}

export const highest = (a: Position | undefined, b: Position | undefined): Position | undefined =>
  isHigher(a, b) ? a : b;

type KnownEpochs = readonly (string | undefined)[];

function laterThan(now: number, known: KnownEpochs): string {
  const n = Math.max(now, ...known.map((epoch) => (epoch ? epochNumber(epoch) + 1 : 0)));
  return `${n}-${randomBytes(4).toString('hex')}`;
}

/**
 * Matches the name of an epoch after an erasure of the feed. The epoch that starts with the erasure is
 * `<n>-<random>-erased`. An epoch that starts later, after a loss, is `<n>-<random>-<m>-erased`, where m is the n of
 * the epoch that started with the last erasure.
 */
const ERASED = /^(\d+)-[^-]+(?:-(\d+))?-erased$/;

/** Returns the n of the epoch that started with the feed's last erasure, or -1 if there was none. */
function lastErasure(epoch = ''): number {
  const [, n = -1, earlier = n] = ERASED.exec(epoch) ?? [];
  return Number(earlier);
}

/**
 * Creates an epoch later than all known epochs. The epoch's n is the current time, or the highest known n + 1 if the
 * clock went back. If the feed was erased, the name also contains the n of the epoch that started with the last
 * erasure.
 */
export function newEpoch(now: number, ...known: KnownEpochs): string {
  const erasure = Math.max(-1, ...known.map(lastErasure));
  return `${laterThan(now, known)}${erasure < 0 ? '' : `-${erasure}-erased`}`;
}

/** Like `newEpoch`, but the epoch starts with an erasure. */
export const newErasedEpoch = (now: number, ...known: KnownEpochs): string =>
  `${laterThan(now, known)}-erased`;

/** Whether the feed was erased after the epoch `since`, according to the name of its current epoch. */
export const wasErasedSince = (since: string, current: string): boolean =>
  epochNumber(since) < lastErasure(current);
