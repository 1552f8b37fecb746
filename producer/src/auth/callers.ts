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

/** Seconds in which a caller may use up its burst after a silence. */
export const WINDOW_S = 10;

/** The records of API keys by their hashes. */
export type ApiKeys = ReadonlyMap<string, ApiKey>;

/** Reads what the secret holds. @throws Error that lists every fault; nothing of a key is in it */
export function parseApiKeys(text: string): ApiKeys {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    // What is not valid JSON may be a key in clear, and the parser's message quotes it.
    // eslint-disable-next-line preserve-caught-error
    throw new Error('The secret with the API keys is not valid JSON.');
  }
  const keys = apiKeysSchema.safeParse(value);
  if (keys.success) return new Map(keys.data.map((key) => [key.hash, key]));
  const faults = faultsOf(keys.error).map(({ path, message }) => `${path}: ${message}`);
  throw new Error(`The secret with the API keys has faults: ${faults.join('; ')}`);
}

/** How a key is kept: long random text needs no salt and no slow hash. */
export const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Why a key that is known is refused. */
export type KeyRefusal = 'expired' | 'revoked';

/** Who calls with an API key. */
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

  /** The one `source` under which it may publish; `undefined` if it may claim any. */
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
  /** Throws as long as the keys are not known. */
  keys: () => ApiKeys;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Told each time that a valid key is shown. */
  onUse?: (key: ApiKey) => void;
}

/** Finds who calls, and keeps what each may still send while its record stays the same. */
export class Callers {
  readonly #options: CallersOptions;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  /** Resolves when keys can be checked; rejects with the reason why not. */
  async ready(): Promise<void> {
    this.#options.keys();
  }

  /** Who has the key, or why it is refused; `undefined` for an unknown key. @throws Error as long as keys are not known */
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
