import { randomBytes } from 'node:crypto';

const WAKE_UP = /^away:([0-9a-f]{32}):(\d{1,16})(?::[0-9a-f]{8})?$/;

/**
 * Returns the name of a reader's wake-up at `at` (ms since 1970). The same reader and time get the same name, unless
 * `unique` is true.
 */
export const wakeUpName = (hash: string, at: number, { unique }: { unique: boolean }): string =>
  `away:${hash}:${at}${unique ? `:${randomBytes(4).toString('hex')}` : ''}`;

/** Parses a wake-up name into the reader's hash and the time (ms since 1970). `undefined` if it has another format. */
export function parseWakeUp(name: string): { hash: string; at: number } | undefined {
  const [, hash, at] = WAKE_UP.exec(name) ?? [];
  return hash === undefined ? undefined : { hash, at: Number(at) };
}
