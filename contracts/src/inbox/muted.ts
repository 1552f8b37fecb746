import type { Notification, Severity } from '../feed/notification.ts';
import { parseDateTime } from '../text/time.ts';
import type { QuietHours } from './quiet-hours.ts';

/** A mute that ends by itself, such as one for the night. */
export interface MutedUntil {
  list: 'feeds' | 'sources' | 'categories';
  /** A name as in the list. */
  name: string;
  /** The end, as RFC 3339. */
  until: string;
}

/** How one reader wants to be notified, on all devices. */
export interface Preferences {
  /** Muted feeds, severities, sources and categories: listed in the inbox, but they neither interrupt nor count. */
  feeds: readonly string[];
  severities: readonly Severity[];
  sources: readonly string[];
  categories: readonly string[];
  /** Mutes with an end, beside those above. Absent means none. */
  mutedUntil?: readonly MutedUntil[] | undefined;
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

/** Whether a mute is still in force at `at` (ms since 1970). */
export const isInForce = ({ until }: MutedUntil, at: number): boolean => (parseDateTime(until) ?? 0) > at;

/** Whether the notification is muted at `at` (ms since 1970). */
export function isMutedBy(
  { feeds, severities, sources, categories, mutedUntil = [] }: Preferences,
  { feed, severity, source, category }: Interrupting,
  at = Date.now(),
): boolean {
  const names = { feeds: feed, sources: source, categories: category };
  return (
    feeds.includes(feed) ||
    severities.includes(severity) ||
    (source !== undefined && sources.includes(source)) ||
    (category !== undefined && categories.includes(category)) ||
    mutedUntil.some((mute) => names[mute.list] === mute.name && isInForce(mute, at))
  );
}
