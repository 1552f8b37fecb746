import { createHash } from 'node:crypto';
import {
  DEFAULT_KEY_SCOPES,
  apiKeysSchema,
  faultsOf,
  matchesPattern,
  parseDateTime,
  type ApiKey,
  type KeyScope,
} from '@tocsin/contracts';
import { TokenBucket } from '@tocsin/service/token-bucket';

/** Rate-limit window in seconds. A caller's burst equals the rate times this window. */
export const WINDOW_S = 10;

/** API key records, keyed by key hash. */
export type ApiKeys = ReadonlyMap<string, ApiKey>;

/**
 * Parses the secret with the API keys.
 * @throws Error that lists all errors but doesn't reveal any key material
 */
export function parseApiKeys(text: string): ApiKeys {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    // Invalid JSON may be a plain-text key, and the parser's message would quote it.
    // oxlint-disable-next-line preserve-caught-error
    throw new Error('The secret with the API keys is not valid JSON.');
  }
  const keys = apiKeysSchema.safeParse(value);
  if (keys.success) return new Map(keys.data.map((key) => [key.hash, key]));
  const faults = faultsOf(keys.error).map(({ path, message }) => `${path}: ${message}`);
  throw new Error(`The secret with the API keys is invalid: ${faults.join('; ')}`);
}

/** Hashes a key for storage. A long random string needs no salt or slow hash. */
export const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

export type KeyRefusal = 'expired' | 'revoked';

/** A caller, identified by its API key, with its own rate limit. */
export class Caller {
  readonly bucket: TokenBucket;
  readonly #key: ApiKey;

  constructor(key: ApiKey, bucket: TokenBucket) {
    this.#key = key;
    this.bucket = bucket;
  }

  get name(): string {
    return this.#key.name;
  }

  /** The only `source` that the caller may publish as; `undefined` allows any. */
  get source(): string | undefined {
    return this.#key.source;
  }

  has(scope: KeyScope): boolean {
    return (this.#key.scopes ?? DEFAULT_KEY_SCOPES).includes(scope);
  }

  mayWrite(feed: string): boolean {
    return this.#key.feeds.some((pattern) => matchesPattern(pattern, feed));
  }
}

export interface CallersOptions {
  /** Throws until the keys have been read. */
  keys: () => ApiKeys;
  now: () => number;
  /** Called for each request that has a valid key. */
  onUse?: (key: ApiKey) => void;
}

/** Finds callers by key and tracks their rate limits. Changing a key's rate resets the limit. */
export class Callers {
  readonly #options: CallersOptions;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  /** Resolves if keys can be checked. Otherwise rejects with an explanatory error. */
  async ready(): Promise<void> {
    this.#options.keys();
  }

  /**
   * Returns the caller with this key, the reason if the key is rejected, or `undefined` if the key is unknown.
   * @throws Error until the keys have been read
   */
  find(key: string): Caller | KeyRefusal | undefined {
    const record = this.#options.keys().get(hashOf(key));
    if (!record) return undefined;
    if (record.revokedAt !== undefined) return 'revoked';
    if (hasPassed(record.expiresAt, this.#options.now())) return 'expired';
    this.#options.onUse?.(record);
    let bucket = this.#buckets.get(record.hash);
    if (bucket?.perSecond !== record.perSecond) {
      const { perSecond } = record;
      bucket = new TokenBucket({ perSecond, burst: perSecond * WINDOW_S, now: this.#options.now });
      this.#buckets.set(record.hash, bucket);
    }
    return new Caller(record, bucket);
  }
}

const hasPassed = (time: string | undefined, now: number): boolean =>
  time !== undefined && (parseDateTime(time) ?? 0) <= now;
