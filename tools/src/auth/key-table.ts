import { DEFAULT_KEY_SCOPES, parseDateTime, type ApiKey } from '@tocsin/contracts';
import { table } from '../print/table.ts';

const HASH_CHARACTERS = 8;

/** The time of each key's last use, by the key's hash. */
export type KeyUses = ReadonlyMap<string, string>;

/** Formats the keys as a table. Shortens the hashes. `uses` is `undefined` if no sidecar responded. */
export function keyTable(keys: readonly ApiKey[], uses: KeyUses | undefined, now: number): string {
  if (keys.length === 0) return 'No API keys.';
  const heading = ['name', 'state', 'scopes', 'feeds', 'per second', 'source', 'created', 'expires'];
  const rows = keys.map((key) => [
    key.name,
    stateOf(key, now),
    (key.scopes ?? DEFAULT_KEY_SCOPES).join(','),
    key.feeds.join(','),
    String(key.perSecond),
    key.source ?? 'any',
    key.createdAt ?? 'unknown',
    key.expiresAt ?? 'never',
    lastUseOf(key, uses),
    `${key.hash.slice(0, HASH_CHARACTERS)}…`,
  ]);
  return table([[...heading, 'last use', 'hash'], ...rows]);
}

function stateOf({ revokedAt, expiresAt }: ApiKey, now: number): string {
  if (revokedAt !== undefined) return `revoked ${revokedAt}`;
  return expiresAt !== undefined && (parseDateTime(expiresAt) ?? 0) <= now ? 'expired' : 'valid';
}

const lastUseOf = ({ hash }: ApiKey, uses: KeyUses | undefined): string =>
  uses ? (uses.get(hash) ?? 'never used') : 'unknown';
