import * as rules from '@tocsin/contracts';
import type {
  IconName,
  Interrupting,
  Interruption,
  Marks,
  Placed,
  Preferences,
  QuietHours,
} from '@tocsin/contracts';

/*
 * Rules that browsers share with servers. They have types of their own here, since the package contains those of the
 * contracts, but no values.
 */

/** A function that places the publications of one feed by the reader's marks. It reads no clock. */
export const placesIn: (
  marks: Marks,
) => (publication: { offset: number; notification: { id: string } }) => Placed = rules.placesIn;

/** The preferences of a reader who has set none. */
export const DEFAULT_PREFERENCES: Preferences = rules.DEFAULT_PREFERENCES;

/** Whether the notification may interrupt its reader at `at` (ms since 1970; default: now), and if not, why. */
export const mayInterrupt: (
  preferences: Preferences,
  notification: Interrupting,
  at?: number,
) => Interruption = rules.mayInterrupt;

/** Whether the preferences mute the notification. */
export const isMutedBy: (preferences: Preferences, notification: Interrupting) => boolean = rules.isMutedBy;

/** Whether the quiet hours are under way at `at` (ms since 1970). */
export const isQuiet: (quiet: QuietHours, at: number) => boolean = rules.isQuiet;

/** When the quiet hours under way at `at` end, both in ms since 1970; `undefined` if none are. */
export const quietUntil: (quiet: QuietHours, at: number) => number | undefined = rules.quietUntil;

/** Whether it is the IANA name of a time zone that this platform knows. */
export const isTimeZone: (name: string) => boolean = rules.isTimeZone;

/** Names of icons that a notification may have. */
export const ICON_NAMES: readonly IconName[] = rules.ICON_NAMES;

/** Whether the icon of a notification is the address of an image. */
export const isImageIcon: (icon: string) => boolean = rules.isImageIcon;
