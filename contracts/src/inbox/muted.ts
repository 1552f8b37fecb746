import type { Notification, Severity } from '../feed/notification.ts';
import type { QuietHours } from './quiet-hours.ts';

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
