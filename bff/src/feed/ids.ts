import { createHash } from 'node:crypto';
import {
  DOCUMENT_VERSION,
  idBesideAnother,
  type IdsDocument,
  type IdsReference,
  type WaitingFallbacks,
} from '@tocsin/contracts';

const HASH_BYTES = 8;

/**
 * Returns the ids that the notification can have in the feed. If its position or published id is known, this is a
 * single id. Otherwise, a CloudEvent has two possible ids: the original id, and the id that it gets if another
 * notification already has the original id.
 */
export const idsOf = ({
  id,
  sourceHash,
  position,
  publishedId,
}: Pick<WaitingFallbacks, 'id' | 'sourceHash' | 'position' | 'publishedId'>): string[] => {
  if (position) return [position.id ?? id];
  if (publishedId !== undefined) return [publishedId];
  return sourceHash === undefined ? [id] : [idBesideAnother(id, sourceHash), id];
};

/**
 * Returns the first 8 bytes of the id's SHA-256 as 16 hex digits. The chance of a collision in a feed with 100,000 ids
 * is about 1 in 3.7 billion.
 */
export const hashOfId = (id: string): string => sha256(id).slice(0, HASH_BYTES * 2);

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const encodeIds = (hashes: readonly string[]): IdsDocument => ({
  v: DOCUMENT_VERSION,
  hashes: Buffer.from(hashes.join(''), 'hex').toString('base64'),
});

export function decodeIds(document: IdsDocument): string[] {
  const hex = Buffer.from(document.hashes, 'base64').toString('hex');
  const hashes: string[] = [];
  for (let i = 0; i < hex.length; i += HASH_BYTES * 2) hashes.push(hex.slice(i, i + HASH_BYTES * 2));
  return hashes;
}

/** Hashes of a feed's ids, grouped by the document that stores them. The feed's head lists these documents. */
export class KnownIds {
  #documents = new Map<string, string[]>();
  #all = new Set<string>();

  get size(): number {
    return this.#all.size;
  }

  has(hash: string): boolean {
    return this.#all.has(hash);
  }

  get all(): ReadonlySet<string> {
    return this.#all;
  }

  missingKeys(references: readonly IdsReference[]): string[] {
    return references.map(({ key }) => key).filter((key) => !this.#documents.has(key));
  }

  hashesOf(key: string): string[] {
    return this.#documents.get(key) ?? [];
  }

  /** Keeps only the documents in `references`, and takes new documents from `added`. */
  replace(references: readonly IdsReference[], added: ReadonlyMap<string, string[]>): void {
    const next = new Map(
      references.map(({ key }) => [key, this.#documents.get(key) ?? added.get(key) ?? []]),
    );
    const dropped = [...this.#documents].flatMap(([key, hashes]) => (next.has(key) ? [] : [hashes]));
    const losesHashes = dropped.length > 0 && !areContained(dropped, added);
    this.#documents = next;
    if (losesHashes) this.#all = new Set([...next.values()].flat());
    else for (const hashes of added.values()) for (const hash of hashes) this.#all.add(hash);
  }
}

/** Whether the added documents contain all dropped hashes, so that none get lost. */
function areContained(dropped: readonly string[][], added: ReadonlyMap<string, string[]>): boolean {
  const merged = new Set([...added.values()].flat());
  return dropped.every((hashes) => hashes.every((hash) => merged.has(hash)));
}
