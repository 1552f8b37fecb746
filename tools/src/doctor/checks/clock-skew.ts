import type { ProbeResult } from '../probe.ts';
import { fault, ok, warn, type Finding } from '../finding.ts';

/** The time (ms) by which another clock is ahead of our clock: at least `min` and at most `max`. */
export interface Clock {
  name: string;
  min: number;
  max: number;
}

/** At this skew (ms) or more, notifications are sent or expire noticeably early or late. */
const NOTICEABLE_MS = 2_000;
/** At this skew (ms) or more, a bff rejects valid tokens (the default of JWT_CLOCK_SKEW). */
const HARMFUL_MS = 30_000;

/**
 * The clock of the process that sent this response. A `Date` header is truncated to seconds, and can be up to one
 * second old.
 */
export function clockOf(name: string, { date, sentAt, receivedAt }: ProbeResult): Clock | undefined {
  if (date === undefined) return undefined;
  return { name, min: date - receivedAt, max: date + 2_000 - sentAt };
}

/** Compares all clocks, and reports the pair with the largest skew that is certain. */
export function checkClocks(clocks: readonly Clock[]): Finding {
  const check = 'clocks';
  if (clocks.length === 0) {
    return warn(
      check,
      'unknown: no process reported its time',
      'Fix the processes that don’t respond, then rerun the doctor.',
    );
  }
  let worst = { skewMs: 0, ahead: '', behind: '' };
  for (const ahead of clocks) {
    for (const behind of clocks) {
      const skewMs = ahead.min - behind.max;
      if (skewMs > worst.skewMs) worst = { skewMs, ahead: ahead.name, behind: behind.name };
    }
  }
  const says = `${worst.ahead} is at least ${(worst.skewMs / 1000).toFixed(1)} s ahead of ${worst.behind}`;
  const remedy =
    'Synchronize the clocks of all hosts, including this one (NTP: chrony or systemd-timesyncd).';
  if (worst.skewMs >= HARMFUL_MS)
    return fault(check, `${says}, so tokens are rejected and times are wrong`, remedy);
  if (worst.skewMs >= NOTICEABLE_MS) return warn(check, `${says}, so times are off by that much`, remedy);
  return ok(check, `${clocks.map(({ name }) => name).join(', ')} agree`);
}
