import { nextCheck, type DecisionInput } from '../decide/decide.ts';
import { nameOf, type AwayDocument } from '../document.ts';
import { namesOf, type Registered } from '../register.ts';
import { wakeUpName } from './wake-up-names.ts';

/** A wake-up this soon could have the same name as the one being delivered, so it gets a unique name. */
const SOON_MS = 5_000;
const MIN_WAIT_MS = 100;
/** Shortest pause while a channel has reached its limit of messages in flight. The longest is twice as long. */
const FULL_WAIT_MS = 1_000;
/** Longest time between two checks of an instance whose clock is behind the scheduler's. */
const BEHIND_MS = 15_000;

/** The wake-up that is being delivered: its name, and its time by the scheduler's clock. */
export interface Woken {
  name: string;
  at: number;
}

/**
 * Whether the changed document needs no new wake-up, because one is set for an earlier fallback that is not due yet.
 * Always false if part of `added` was known before, because an earlier call may have stored it without setting a
 * wake-up.
 */
export function hasWakeUp(
  before: AwayDocument,
  after: AwayDocument,
  { added, rulesOf, now }: { added: readonly Registered[]; rulesOf: DecisionInput['rulesOf']; now: number },
): boolean {
  const [first, next] = [nextCheck(before, rulesOf), nextCheck(after, rulesOf)];
  if (first === undefined || next === undefined || first <= now || first > next) return false;
  const known = namesOf(before);
  return !added.some(({ notification }) => known.has(nameOf(notification)));
}

/** The name and time of the wake-up for a check at `next`, or soon if `next` has passed. */
export function wakeUpFor(
  hash: string,
  { next, now, isFull, woken }: { next: number; now: number; isFull: boolean; woken?: Woken | undefined },
): [name: string, at: number] {
  const pause = isFull ? FULL_WAIT_MS * (1 + Math.random()) : MIN_WAIT_MS;
  const soonest = Math.max(next, now + Math.round(pause));
  // While our clock is behind, a time in the scheduler's past would wake us again and again.
  const isBehind = woken !== undefined && soonest <= woken.at;
  const at = isBehind ? woken.at + Math.min(soonest - now, BEHIND_MS) : soonest;
  const unique = isBehind || at - now < SOON_MS || wakeUpName(hash, at, { unique: false }) === woken?.name;
  return [wakeUpName(hash, at, { unique }), at];
}
