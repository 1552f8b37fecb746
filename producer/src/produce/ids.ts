import { randomInt, randomUUID } from 'node:crypto';

/** A UUIDv7 (RFC 9562) of the time `now` in milliseconds since 1970: later ones sort after earlier ones. */
export function uuidV7(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  const random = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The name of a new run: 8 letters and digits, one of 2 × 10^14. */
export const newRun = (): string =>
  Array.from({ length: 8 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
