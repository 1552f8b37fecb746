import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Makes walks repeatable: the code under test gets the same sequence of unique "random" bytes each time. Returns a
 * function that restores the original `randomBytes`.
 */
export function predictRandomBytes(): () => void {
  const original = crypto.randomBytes;
  let drawn = 0;
  const predictedBytes = (outputLength: number) =>
    crypto.createHash('shake256', { outputLength }).update(String(drawn++)).digest();
  Object.assign(crypto, { randomBytes: predictedBytes });
  syncBuiltinESMExports();
  return () => {
    Object.assign(crypto, { randomBytes: original });
    syncBuiltinESMExports();
  };
}
