import type { ReaderStore } from '../../../readers/ports.ts';
import type { WakeUps } from '../../ports.ts';
import { nextCheck } from '../decide/decide.ts';
import { awayKey, parseAway, type AwayDocument } from '../document.ts';
import { parseWakeUp, wakeUpName } from './wake-up-names.ts';

/**
 * Minimum and maximum delay of a rescheduled wake-up (ms). The delay gives a rollout time to start instances with
 * channels, and is longer the longer the work has been overdue. If other work is due sooner, the wake-up is set for
 * that time, but never before the minimum delay.
 */
const MIN_DELAY_MS = 60_000;
const MAX_DELAY_MS = 60 * 60_000;

export interface RescheduleOptions {
  store: Pick<ReaderStore, 'read'>;
  wakeUps: WakeUps;
  now: () => number;
  /** Whether instances with channels publish receipts. */
  publishesReceipts: boolean;
}

/**
 * Handles wake-ups on an instance without channels. Other instances might have channels, so reschedules the wake-up
 * while the reader has fallbacks that are waiting or being sent, or receipts to publish. Resolves with false for
 * unknown names.
 */
export const createReschedule =
  ({ store, wakeUps, now, publishesReceipts }: RescheduleOptions) =>
  async (name: string): Promise<boolean> => {
    const woken = parseWakeUp(name);
    if (!woken) return false;
    const { hash } = woken;
    const stored = await store.read(awayKey(hash));
    if (!stored) return true;
    const document = parseAway(stored.value);
    const unpublished = publishesReceipts ? document.receipts.filter((receipt) => receipt.unpublished) : [];
    const due = Math.min(
      nextCheck(document, () => undefined) ?? Infinity,
      ...unpublished.map((one) => one.at),
    );
    if (due === Infinity) return true;
    // The new time must be in the future on the scheduler's clock too, which might be ahead of ours.
    const present = Math.max(now(), woken.at);
    const delay = Math.min(Math.max(present - due, MIN_DELAY_MS), MAX_DELAY_MS);
    const later = nextCheck(dueAfter(document, present), () => undefined) ?? Infinity;
    const at = Math.min(Math.max(due, present + delay), Math.max(later, present + MIN_DELAY_MS));
    await wakeUps.set(wakeUpName(hash, at, { unique: true }), at);
    return true;
  };

/** Returns the document without the fallbacks and messages that are due by `time`. */
const dueAfter = ({ waiting, sending, ...rest }: AwayDocument, time: number): AwayDocument => ({
  ...rest,
  waiting: waiting.map((one) => ({ ...one, steps: one.steps.filter(({ at }) => at > time) })),
  sending: sending.filter(({ until }) => until > time),
});
