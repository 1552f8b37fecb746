import { nextCheck, type DecisionInput } from '../decide/decide.ts';
import { nameOf, type AwayDocument } from '../document.ts';
import { namesOf, type NewNotification } from '../register.ts';
import { wakeUpName } from './wake-up-names.ts';

/**
 * Wake-ups due within this time (ms) get unique names, so that none has the same name as the wake-up being delivered.
 */
const UNIQUE_WITHIN_MS = 5_000;
const MIN_WAIT_MS = 100;
/** Minimum pause while a channel is at its limit of messages in flight. The maximum pause is twice as long. */
const FULL_WAIT_MS = 1_000;
/** Maximum time between checks by an instance whose clock is behind the scheduler's. */
const SLOW_CLOCK_MS = 15_000;

/** The name of the wake-up being delivered, and when it was due by the scheduler's clock. */
export interface CurrentWakeUp {
  name: string;
  at: number;
}

/**
 * Whether an existing wake-up covers the changed document. It does if it was set for an earlier fallback that isn't due
 * yet. Always false if any notification in `added` was known before: an earlier call might have stored the notification
 * without setting a wake-up.
 */
export function hasWakeUp(
  before: AwayDocument,
  after: AwayDocument,
  {
    added,
    rulesOf,
    now,
  }: { added: readonly NewNotification[]; rulesOf: DecisionInput['rulesOf']; now: number },
): boolean {
  const [first, next] = [nextCheck(before, rulesOf), nextCheck(after, rulesOf)];
  if (first === undefined || next === undefined || first <= now || first > next) return false;
  const known = namesOf(before);
  return !added.some(({ notification }) => known.has(nameOf(notification)));
}

/** Returns the name and time of the wake-up for a check at `next`. If `next` has passed, the wake-up is due soon. */
export function wakeUpFor(
  hash: string,
  {
    next,
    now,
    isFull,
    woken,
  }: { next: number; now: number; isFull: boolean; woken?: CurrentWakeUp | undefined },
): [name: string, at: number] {
  const pause = isFull ? FULL_WAIT_MS * (1 + Math.random()) : MIN_WAIT_MS;
  const earliest = Math.max(next, now + Math.round(pause));
  // If our clock is behind the scheduler's, a time in our future can be in the scheduler's past. The scheduler would
  // then wake us over and over.
  const isBehind = woken !== undefined && earliest <= woken.at;
  const at = isBehind ? woken.at + Math.min(earliest - now, SLOW_CLOCK_MS) : earliest;
  const unique =
    isBehind || at - now < UNIQUE_WITHIN_MS || wakeUpName(hash, at, { unique: false }) === woken?.name;
  return [wakeUpName(hash, at, { unique }), at];
}
