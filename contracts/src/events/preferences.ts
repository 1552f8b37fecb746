import type { Severity } from '../feed/notification.ts';
import type { MutedUntil, Preferences } from '../inbox/muted.ts';
import type { QuietHours } from '../inbox/quiet-hours.ts';
import { isObject, isText, listOf, type Guard } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

const areNames: Guard<readonly string[]> = listOf(isText);

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

/** Checks only the members that the client uses. The time zone is checked when it is used. */
const isQuietHours = (value: unknown): value is QuietHours | null =>
  value === null || (isObject(value) && isText(value['timeZone']) && areNames(value['allow']));

const isMutedUntil = (value: unknown): value is MutedUntil =>
  isObject(value) && isText(value['list']) && isText(value['name']) && isText(value['until']);
const areMutedUntil: Guard<readonly MutedUntil[]> = listOf(isMutedUntil);

/** All of the reader's preferences. Sent after a change in any tab or on any device. */
export const preferencesEvent = serverEvent<'preferences', 'reader', Preferences>('preferences', 'reader', {
  feeds: areNames,
  severities: areNames as Guard<readonly Severity[]>,
  sources: areNames,
  categories: areNames,
  mutedUntil: (value): value is readonly MutedUntil[] | undefined =>
    value === undefined || areMutedUntil(value),
  quietHours: isQuietHours,
  sound: isBoolean,
  desktop: isBoolean,
});
export type PreferencesEvent = PayloadOf<typeof preferencesEvent>;
