import type { Notification, Severity } from '../feed/notification.ts';
import { isQuiet, quietUntil, type QuietHours } from './quiet-hours.ts';

/** How one reader wants to be notified, on all devices. */
export interface Preferences {
  /** Muted feeds, severities, sources and categories: listed in the inbox, but they neither interrupt nor count. */
  feeds: readonly string[];
  severities: readonly Severity[];
  sources: readonly string[];
  categories: readonly string[];
  quietHours: QuietHours | null;
  sound: boolean;
  /** Whether to show notifications of the operating system. */
  desktop: boolean;
}

export const DEFAULT_PREFERENCES: Preferences = {
  feeds: [],
  severities: [],
  sources: [],
  categories: [],
  quietHours: null,
  sound: false,
  desktop: false,
};

/** The members of a notification that preferences depend on. */
export type Interrupting = Pick<Notification, 'feed' | 'severity'> &
  Partial<Pick<Notification, 'source' | 'category'>>;

export const isMutedBy = (
  { feeds, severities, sources, categories }: Preferences,
  { feed, severity, source, category }: Interrupting,
): boolean =>
  feeds.includes(feed) ||
  severities.includes(severity) ||
  (source !== undefined && sources.includes(source)) ||
  (category !== undefined && categories.includes(category));

/** `until` is the end of the quiet hours, in ms since 1970. */
export type Interruption =
  | { interrupt: true }
  | { interrupt: false; why: 'muted' }
  | { interrupt: false; why: 'quiet'; until: number };

/**
 * Whether the notification may interrupt its reader at `at` (ms since 1970) with a toast, a sound, or
 * a message on another channel. Browsers and servers use this same function, so they always agree.
 */
export function mayInterrupt(
  preferences: Preferences,
  notification: Interrupting,
  at = Date.now(),
): Interruption {
  if (isMutedBy(preferences, notification)) return { interrupt: false, why: 'muted' };
  const { quietHours } = preferences;
  if (!quietHours || quietHours.allow.includes(notification.severity) || !isQuiet(quietHours, at))
    return { interrupt: true };
  return { interrupt: false, why: 'quiet', until: quietUntil(quietHours, at) ?? at };
}
