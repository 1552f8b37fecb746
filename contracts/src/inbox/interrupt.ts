import { isMutedBy, type Interrupting, type Preferences } from './muted.ts';
import { quietUntil } from './quiet-hours.ts';

/** `until` is the end of the quiet hours (ms since 1970). */
export type Interruption =
  | { interrupt: true }
  | { interrupt: false; why: 'muted' }
  | { interrupt: false; why: 'quiet'; until: number };

/**
 * Whether the notification may interrupt the reader at `at` (ms since 1970) with a toast, a sound, or a message on
 * another channel. Browsers and servers both use this function, so that they always agree.
 */
export function mayInterrupt(
  preferences: Preferences,
  notification: Interrupting,
  at = Date.now(),
): Interruption {
  return interruptionRule(preferences, at)(notification);
}

/** Returns `mayInterrupt` for a fixed time and any number of notifications. Computes the quiet hours only once. */
export function interruptionRule(
  preferences: Preferences,
  at: number,
): (notification: Interrupting) => Interruption {
  const { quietHours } = preferences;
  let quiet: { until: number | undefined } | undefined;
  return (notification) => {
    if (isMutedBy(preferences, notification, at)) return { interrupt: false, why: 'muted' };
    if (!quietHours || quietHours.allow.includes(notification.severity)) return { interrupt: true };
    quiet ??= { until: quietUntil(quietHours, at) };
    const { until } = quiet;
    return until === undefined ? { interrupt: true } : { interrupt: false, why: 'quiet', until };
  };
}
