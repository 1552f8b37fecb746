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
 * Rules that browsers and servers share. The types are written out here because the declarations of this package can
 * inline only types from the contracts package, not its functions and constants.
 */

/** Returns a function that places a feed's publications by the reader's marks. It doesn't read the clock. */
export const placesIn: (
  marks: Marks,
) => (publication: { offset: number; notification: { id: string } }) => Placed = rules.placesIn;

/** A reader's default preferences. */
export const DEFAULT_PREFERENCES: Preferences = rules.DEFAULT_PREFERENCES;

/** Whether the notification may interrupt the reader at `at` (ms since 1970, default: now), and if not, why. */
export const mayInterrupt: (
  preferences: Preferences,
  notification: Interrupting,
  at?: number,
) => Interruption = rules.mayInterrupt;

/** Whether the preferences mute the notification at `at` (ms since 1970, default: now). */
export const isMutedBy: (preferences: Preferences, notification: Interrupting, at?: number) => boolean =
  rules.isMutedBy;

/** Whether `at` (ms since 1970) is within quiet hours. */
export const isQuiet: (quiet: QuietHours, at: number) => boolean = rules.isQuiet;

/**
 * Returns the end of the quiet hours in force at `at` (both in ms since 1970). Returns `undefined` outside quiet hours,
 * and `Infinity` if they never end.
 */
export const quietUntil: (quiet: QuietHours, at: number) => number | undefined = rules.quietUntil;

/** Whether `name` is an IANA time zone known to this platform. */
export const isTimeZone: (name: string) => boolean = rules.isTimeZone;

/** The names that a notification's icon can have. */
export const ICON_NAMES: readonly IconName[] = rules.ICON_NAMES;

/** Whether the notification's icon is an image URL. */
export const isImageIcon: (icon: string) => boolean = rules.isImageIcon;
