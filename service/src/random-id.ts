import { randomFillSync } from 'node:crypto';

/** Random bytes for the next ids. Generating bytes for each id separately takes ten times as long. */
const pool = Buffer.alloc(6_144);
let usedBytes = pool.length;

/** Returns `bytes` random bytes as text, suitable for ids that must be unique. Not meant for secrets. */
export function randomId(bytes: number, encoding: 'hex' | 'base64url'): string {
  if (bytes > pool.length) throw new RangeError(`An id has at most ${pool.length} bytes.`);
  if (usedBytes + bytes > pool.length) {
    randomFillSync(pool);
    usedBytes = 0;
  }
  return pool.toString(encoding, usedBytes, (usedBytes += bytes));
}
