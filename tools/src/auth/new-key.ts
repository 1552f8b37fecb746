import { createHash, randomBytes } from 'node:crypto';
import { expiryOf, type NewKey } from './api-key-options.ts';

/**
 * Creates a key and its record. The record hasn't been validated yet.
 * @throws Failure for an invalid expiry
 */
export function newKey(options: NewKey, now: number): { key: string; record: Record<string, unknown> } {
  const { name, feeds, perSecond, scopes, source, expires } = options;
  const key = `tocsin_${randomBytes(32).toString('base64url')}`;
  const record = {
    name,
    hash: createHash('sha256').update(key).digest('hex'),
    feeds,
    perSecond,
    scopes,
    ...(source !== undefined && { source }),
    createdAt: new Date(now).toISOString(),
    ...(expires !== undefined && { expiresAt: expiryOf(expires, now) }),
  };
  return { key, record };
}
