import type { ReaderStore } from '../../../readers/ports.ts';
import type { WakeUps } from '../../ports.ts';
import { awayKey, parseAway } from '../document.ts';
import { hasUnpublished } from '../receipts/publish-receipts.ts';
import { parseWakeUp, wakeUpName } from './wake-up-names.ts';

/** Delay of a rescheduled wake-up (ms). By then another instance might have channels, for example during a rollout. */
const RESCHEDULE_DELAY_MS = 60_000;

export interface RescheduleOptions {
  store: Pick<ReaderStore, 'read'>;
  wakeUps: WakeUps;
  now: () => number;
  /** Whether instances with channels publish receipts. */
  publishesReceipts: boolean;
}

/**
 * Handles wake-ups on an instance without channels. Because other instances might have channels, reschedules a wake-up
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
    const { length } = [...document.waiting, ...document.sending];
    if (length === 0 && !(publishesReceipts && hasUnpublished(document))) return true;
    // The new time must be in the future on the scheduler's clock too, which might be ahead of ours.
    const at = Math.max(now(), woken.at) + RESCHEDULE_DELAY_MS;
    await wakeUps.set(wakeUpName(hash, at, { unique: true }), at);
    return true;
  };
