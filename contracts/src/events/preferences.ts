import type { Severity } from '../feed/notification.ts';
import type { QuietHours, Weekday } from '../inbox/quiet-hours.ts';
import { isObject, isText, listOf, type Guard } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/** Accepts severities that a newer server has added. */
const areSeverities: Guard<readonly Severity[]> = listOf((value: unknown): value is Severity =>
  isText(value),
);
const areDays = listOf((value: unknown): value is Weekday => isText(value));
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

const isQuietHours = (value: unknown): value is QuietHours | null =>
  value === null ||
  (isObject(value) &&
    ['from', 'to', 'timeZone'].every((name) => isText(value[name])) &&
    (value['days'] === undefined || areDays(value['days'])) &&
    areSeverities(value['allow']));

const areNames: Guard<readonly string[]> = listOf(isText);

/** All preferences of the reader, after a change in any tab or device. */
export const preferencesEvent = serverEvent('preferences', 'reader', {
  feeds: areNames,
  severities: areSeverities,
  sources: areNames,
  categories: areNames,
  quietHours: isQuietHours,
  sound: isBoolean,
  desktop: isBoolean,
});
export type PreferencesEvent = PayloadOf<typeof preferencesEvent>;
