import type { Notification, Severity } from '../feed/notification.ts';
import { parseDateTime } from '../text/time.ts';
import type { QuietHours } from './quiet-hours.ts';

/** A mute that ends automatically, for example the next morning. */
export interface MutedUntil {
  list: 'feeds' | 'sources' | 'categories';
  /** The muted feed, source or category. */
  name: string;
  /** When the mute ends (RFC 3339). */
  until: string;
}

/** A reader's notification preferences on all devices. */
export interface Preferences {
  /**
   * Muted feeds, severities, sources and categories. Muted notifications are in the inbox, but don't interrupt the
   * reader and don't count as unread.
   */
  feeds: readonly string[];
  severities: readonly Severity[];
  sources: readonly string[];
  categories: readonly string[];
  /** Additional temporary mutes. Omitted if empty. */
  mutedUntil?: readonly MutedUntil[] | undefined;
  quietHours: QuietHours | null;
  sound: boolean;
  /** Whether to show desktop notifications. */
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

/** The properties of a notification that preferences use to decide whether it may interrupt the reader. */
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
