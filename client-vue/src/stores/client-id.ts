import { safeStorage } from './storage.ts';

const KEY = 'tocsin.client-id';
/** Ids accepted by the server. Other scripts can write to the storage. */
const VALID = /^[\w.:-]{1,128}$/;

/** The generated id. Kept here so that it stays the same until the page is closed, even if the storage fails. */
let generated: string | undefined;

/** Identifies this browser for readers who aren't signed in. Generated once. */
export function browserClientId(): string {
  const storage = safeStorage(() => localStorage);
  const stored = storage.get(KEY);
  if (stored && VALID.test(stored)) return stored;
  generated ??= Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  storage.set(KEY, generated);
  return generated;
}
