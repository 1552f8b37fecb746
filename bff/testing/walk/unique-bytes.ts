import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Lets the code under test draw the same "random" bytes in each walk, never twice the same in one, so that a walk can
 * be repeated. Undo with the result.
 */
export function predictRandomBytes(): () => void {
  const original = crypto.randomBytes;
  let drawn = 0;
  const predicted = (outputLength: number) =>
    crypto.createHash('shake256', { outputLength }).update(String(drawn++)).digest();
  Object.assign(crypto, { randomBytes: predicted });
  syncBuiltinESMExports();
  return () => {
    Object.assign(crypto, { randomBytes: original });
    syncBuiltinESMExports();
  };
}
