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
 * Rules that browsers and servers share. Their types are repeated here, because this package's type declarations
 * include the types of the contracts package, but not the declarations of its values.
 */

/** Returns a function that places the publications of one feed by the reader's marks. It reads no clock. */
export const placesIn: (
  marks: Marks,
) => (publication: { offset: number; notification: { id: string } }) => Placed = rules.placesIn;

/** The default preferences of a reader. */
export const DEFAULT_PREFERENCES: Preferences = rules.DEFAULT_PREFERENCES;

/** Whether the notification may interrupt its reader at time `at` (ms since 1970; default: now), and if not, why. */
export const mayInterrupt: (
  preferences: Preferences,
  notification: Interrupting,
  at?: number,
) => Interruption = rules.mayInterrupt;

/** Whether the preferences mute the notification at time `at` (ms since 1970; default: now). */
export const isMutedBy: (preferences: Preferences, notification: Interrupting, at?: number) => boolean =
  rules.isMutedBy;

/** Whether the time `at` (ms since 1970) is within the quiet hours. */
export const isQuiet: (quiet: QuietHours, at: number) => boolean = rules.isQuiet;

/**
 * The end of the current quiet hours; `at` and the result are in ms since 1970. `undefined` outside quiet hours,
 * `Infinity` if they never end.
 */
export const quietUntil: (quiet: QuietHours, at: number) => number | undefined = rules.quietUntil;

/** Whether `name` is an IANA time zone name that this platform knows. */
export const isTimeZone: (name: string) => boolean = rules.isTimeZone;

/** The icon names that a notification can have. */
export const ICON_NAMES: readonly IconName[] = rules.ICON_NAMES;

/** Whether the notification's icon is the URL of an image. */
export const isImageIcon: (icon: string) => boolean = rules.isImageIcon;
