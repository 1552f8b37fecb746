import {
  DOCUMENT_VERSION,
  MAX_REVOCATIONS,
  MAX_REVOCATIONS_BYTES,
  momentOf,
  revocationsDocumentSchema,
  type Revocation,
} from '@tocsin/contracts';

/** The one document with all revocations. Both methods reject when their outcome is not known. */
export interface RevocationDocument {
  read(): Promise<{ value: unknown; etag: string } | undefined>;
  /** Writes if the etag is still that (`undefined`: absent); rejects if it is not. */
  write(value: object, etag: string | undefined): Promise<void>;
}

/** There is no place for another revocation; its message says what to do. */
export class RevocationsFullError extends Error {
  override name = 'RevocationsFullError';
}

export interface RevocationListOptions {
  document: RevocationDocument;
  /** The longest life of a token, in ms, after which a revocation has nothing left to refuse; absent: they stay. */
  tokenLifeMs?: number | undefined;
  now: () => number;
}

const ATTEMPTS = 8;

/** The revocations in the store: read, added and lifted, also by several instances at once. */
export class RevocationList {
  readonly #options: RevocationListOptions;

  constructor(options: RevocationListOptions) {
    this.#options = options;
  }

  /** Those that still refuse something; `undefined` where the store has no document at all. */
  async read(): Promise<Revocation[] | undefined> {
    const stored = await this.#options.document.read();
    return stored && this.#alive(stored.value);
  }

  /** Writes revocations into a store that lost its document; leaves one that is there as it is. */
  async restore(revocations: readonly Revocation[]): Promise<void> {
    const { document } = this.#options;
    if (await document.read()) return;
    await document.write({ v: DOCUMENT_VERSION, revocations }, undefined);
  }

  /**
   * Refuses tokens of `sub` issued at or before `before` (ms since 1970). The later of two moments counts: an earlier
   * one changes nothing. Resolves with what counts when it is stored. @throws RevocationsFullError
   */
  async revoke(sub: string, before: number): Promise<Revocation> {
    const at = new Date(this.#options.now()).toISOString();
    let counts: Revocation = { sub, before: new Date(before).toISOString(), at };
    await this.#write((kept) => {
      const known = kept.find((revocation) => revocation.sub === sub);
      if (known && momentOf(known) >= before) {
        counts = known;
        return undefined;
      }
      const all = [...kept.filter((revocation) => revocation !== known), counts];
      if (all.length > MAX_REVOCATIONS || bytesOf(all) > MAX_REVOCATIONS_BYTES) {
        throw new RevocationsFullError(
          `There are ${kept.length} revocations, and no place for another (${MAX_REVOCATIONS}, or ` +
            `${MAX_REVOCATIONS_BYTES} bytes). Lift old ones, or set JWT_MAX_AGE so that they expire by themselves.`,
        );
      }
      return all;
    });
    return counts;
  }

  /** Accepts tokens of `sub` again, whenever they were issued. Resolves with whether they had been refused. */
  async lift(sub: string): Promise<boolean> {
    let found = false;
    await this.#write((kept) => {
      const left = kept.filter((revocation) => revocation.sub !== sub);
      found = left.length < kept.length;
      return found ? left : undefined;
    });
    return found;
  }

  async #write(plan: (kept: Revocation[]) => Revocation[] | undefined): Promise<void> {
    const { document } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const stored = await document.read();
      const planned = plan(this.#alive(stored?.value));
      if (!planned) return;
      const revocations = planned.sort((a, b) => (a.sub < b.sub ? -1 : 1));
      try {
        return await document.write({ v: DOCUMENT_VERSION, revocations }, stored?.etag);
      } catch (error) {
        // Another instance wrote meanwhile, or the answer was lost: the next read shows which.
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  #alive(value: unknown): Revocation[] {
    if (value === undefined) return [];
    const { tokenLifeMs, now } = this.#options;
    const { revocations } = revocationsDocumentSchema.parse(value);
    if (tokenLifeMs === undefined) return revocations;
    return revocations.filter((revocation) => momentOf(revocation) + tokenLifeMs > now());
  }
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
