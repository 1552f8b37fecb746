import type { IdsReference } from '@tocsin/contracts';
import { keptIds, keyWithLife } from '../history/history.ts';
import { encodeIds, type KnownIds } from '../ids.ts';
import { idsLifeMs, idsTtlSeconds, type FeedLimits } from '../limits.ts';
import { sizeOf } from '../present.ts';
import { countAbsorbed, type FeedDocument } from './chain.ts';

export interface HashChain {
  /** References to the previous head's documents. */
  references: readonly IdsReference[];
  known: KnownIds;
  /** Number of hashes in a full document. Full documents are never absorbed. */
  full: number;
  key: () => string;
  limits: FeedLimits;
  now: number;
}

/** Appends hashes to a chain of documents. Returns the documents to reference, write and delete. */
export function chainHashes(chain: HashChain, hashes: readonly string[]) {
  const { references: previous, known, limits, now } = chain;
  const kept = keptIds(previous, limits, now);
  const dropped = previous.filter((reference) => !kept.includes(reference)).map(({ key }) => key);
  const written = new Map<string, string[]>();
  const documents: FeedDocument[] = [];
  if (hashes.length === 0) return { references: kept, documents, retired: dropped, written };
  const sizes = kept.map(({ count }) => count);
  const absorbed = kept.splice(kept.length - countAbsorbed(sizes, hashes.length, chain.full));
  const all = [...absorbed.flatMap(({ key }) => known.hashesOf(key)), ...hashes];
  const lifeMs = idsLifeMs(limits);
  // A key without a lifetime stands for an entry's lifetime. Earlier versions always remember ids for that long.
  const key = lifeMs > limits.entryLifeMs ? keyWithLife(chain.key(), lifeMs) : chain.key();
  written.set(key, all);
  const value = encodeIds(all);
  documents.push({ key, value, bytes: sizeOf(value), ttlSeconds: idsTtlSeconds(limits) });
  return {
    references: [...kept, { key, count: all.length, at: now }],
    documents,
    retired: [...dropped, ...absorbed.map((reference) => reference.key)],
    written,
  };
}
