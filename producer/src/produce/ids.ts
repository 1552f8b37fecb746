import { randomInt, randomUUID } from 'node:crypto';

/** Creates a UUIDv7 (RFC 9562) for the time `now` (ms since 1970). Ids sort by time. */
export function uuidV7(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  const random = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Creates a run name: 8 random letters and digits. There are 62^8 (about 2 × 10^14) possible names. */
export const newRun = (): string =>
  Array.from({ length: 8 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
