/**
 * The schemas of server events consist of type guards. They check only the members that the client uses. Other members
 * are accepted because newer servers can add some. Browsers load this file, so it does not use a schema library.
 */
export type Guard<T> = (value: unknown) => value is T;

/** A guard for each member of `T`. */
export type Schema<T> = { readonly [Member in keyof T]: Guard<T[Member]> };

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

export const isText = (value: unknown): value is string => typeof value === 'string';

/** A non-negative integer, such as an offset. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

export const listOf =
  <T>(is: Guard<T>): Guard<T[]> =>
  (value): value is T[] =>
    Array.isArray(value) && value.every(is);

export const matches = <T>(schema: Schema<T>, value: unknown): value is T =>
  isObject(value) && Object.entries<Guard<unknown>>(schema).every(([member, is]) => is(value[member]));
