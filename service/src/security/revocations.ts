import {
  DOCUMENT_VERSION,
  MAX_REVOCATIONS,
  MAX_REVOCATIONS_BYTES,
  revokedUntil,
  revocationsDocumentSchema,
  type Revocation,
} from '@tocsin/contracts';

/** The document with all revocations. If `write` rejects, it may still have taken effect. */
export interface RevocationDocument {
  read(): Promise<{ value: unknown; etag: string } | undefined>;
  /**
   * Writes the document if it still has this etag; with `undefined`, only if it doesn't exist yet. Otherwise, rejects.
   */
  write(value: object, etag: string | undefined): Promise<void>;
}

/** Thrown if the list of revocations is full. The message explains how to make room. */
export class RevocationsFullError extends Error {
  override name = 'RevocationsFullError';
}

export interface RevocationListOptions {
  document: RevocationDocument;
  /**
   * Maximum token lifetime in ms. Older revocations match no valid token, so they are dropped. If omitted, revocations
   * are kept forever.
   */
  tokenLifeMs?: number | undefined;
  now: () => number;
}

const ATTEMPTS = 8;

/** The stored revocations. Multiple instances can read, add and lift them concurrently. */
export class RevocationList {
  readonly #options: RevocationListOptions;

  constructor(options: RevocationListOptions) {
    this.#options = options;
  }

  /** The revocations in effect, or `undefined` if the store has no document. */
  async read(): Promise<Revocation[] | undefined> {
    const stored = await this.#options.document.read();
    return stored && this.#inEffect(stored.value);
  }

  /** Restores revocations in a store that has lost the document. Leaves an existing document unchanged. */
  async restore(revocations: readonly Revocation[]): Promise<void> {
    const { document } = this.#options;
    if (await document.read()) return;
    await document.write({ v: DOCUMENT_VERSION, revocations }, undefined);
  }

  /**
   * Revokes tokens of `sub` issued at or before `before` (ms since 1970). An existing revocation with a later date
   * stays in effect. Resolves with the effective revocation once it is stored.
   * @throws RevocationsFullError
   */
  async revoke(sub: string, before: number): Promise<Revocation> {
    const at = new Date(this.#options.now()).toISOString();
    // Tokens can't have been issued before 1970. Also, a date with a negative year couldn't be parsed later.
    const moment = Math.max(0, before);
    let effective: Revocation = { sub, before: new Date(moment).toISOString(), at };
    await this.#write((current) => {
      const existing = current.find((revocation) => revocation.sub === sub);
      if (existing && revokedUntil(existing) >= moment) {
        effective = existing;
        return undefined;
      }
      const all = [...current.filter((revocation) => revocation !== existing), effective];
      if (all.length > MAX_REVOCATIONS || bytesOf(all) > MAX_REVOCATIONS_BYTES) {
        throw new RevocationsFullError(
          `The list of revocations is full: it has ${current.length} entries. The limits are ${MAX_REVOCATIONS} entries ` +
            `and ${MAX_REVOCATIONS_BYTES} bytes. Lift old revocations, or set JWT_MAX_AGE so that they expire.`,
        );
      }
      return all;
    });
    return effective;
  }

  /** Lifts the revocation for `sub`. Resolves with false if there was none. */
  async lift(sub: string): Promise<boolean> {
    let found = false;
    await this.#write((current) => {
      const remaining = current.filter((revocation) => revocation.sub !== sub);
      if (remaining.length === current.length) return undefined;
      // Stays true even if a later attempt finds no revocation, because the response to this write may have been lost.
      found = true;
      return remaining;
    });
    return found;
  }

  async #write(plan: (current: Revocation[]) => Revocation[] | undefined): Promise<void> {
    const { document } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const stored = await document.read();
      const planned = plan(this.#inEffect(stored?.value));
      if (!planned) return;
      const revocations = planned.sort((a, b) => (a.sub < b.sub ? -1 : 1));
      try {
        return await document.write({ v: DOCUMENT_VERSION, revocations }, stored?.etag);
      } catch (error) {
        // Another instance may have written first, or the response was lost. The next read shows which.
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  #inEffect(value: unknown): Revocation[] {
    if (value === undefined) return [];
    const { tokenLifeMs, now } = this.#options;
    const { revocations } = revocationsDocumentSchema.parse(value);
    if (tokenLifeMs === undefined) return revocations;
    return revocations.filter((revocation) => revokedUntil(revocation) + tokenLifeMs > now());
  }
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
