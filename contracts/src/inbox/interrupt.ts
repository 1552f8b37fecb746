import { isMutedBy, type Interrupting, type Preferences } from './muted.ts';
import { isQuiet, quietUntil } from './quiet-hours.ts';

/** `until` is the end of the quiet hours (ms since 1970). */
export type Interruption =
  | { interrupt: true }
  | { interrupt: false; why: 'muted' }
  | { interrupt: false; why: 'quiet'; until: number };

/**
 * Whether the notification may interrupt the reader at `at` (ms since 1970) with a toast, a sound, or a message on
 * another channel. Shared by browsers and servers so that they always agree.
 */
export function mayInterrupt(
  preferences: Preferences,
  notification: Interrupting,
  at = Date.now(),
): Interruption {
  if (isMutedBy(preferences, notification, at)) return { interrupt: false, why: 'muted' };
  const { quietHours } = preferences;
  if (!quietHours || quietHours.allow.includes(notification.severity) || !isQuiet(quietHours, at))
    return { interrupt: true };
  return { interrupt: false, why: 'quiet', until: quietUntil(quietHours, at) ?? at };
}
