import { createHash } from 'node:crypto';
import { apiKeysSchema, faultsOf, matchesPattern, type ApiKey } from '@tocsin/contracts';
import { TokenBucket } from './token-bucket.ts';

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

/** Whoever calls with an API key. */
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

  mayWrite(feed: string): boolean {
    return this.#key.feeds.some((pattern) => matchesPattern(pattern, feed));
  }
}

/** Finds who calls, and keeps what each may still send while its record stays the same. */
export class Callers {
  readonly #keys: () => ApiKeys;
  readonly #now: () => number;
  readonly #buckets = new Map<string, TokenBucket>();

  /** `keys` throws as long as they are not known. */
  constructor(keys: () => ApiKeys, now: () => number) {
    this.#keys = keys;
    this.#now = now;
  }

  /** Resolves when keys can be checked; rejects with the reason why not. */
  async ready(): Promise<void> {
    this.#keys();
  }

  /** @throws Error as long as the keys are not known */
  find(key: string): Caller | undefined {
    const record = this.#keys().get(hashOf(key));
    if (!record) return undefined;
    let bucket = this.#buckets.get(record.hash);
    if (bucket?.perSecond !== record.perSecond) {
      bucket = new TokenBucket(record.perSecond, this.#now);
      this.#buckets.set(record.hash, bucket);
    }
    return new Caller(record, bucket);
  }
}
