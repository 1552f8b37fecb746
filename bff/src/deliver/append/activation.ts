import type { Head, Publication } from '@tocsin/contracts';
import { TIERS } from '../../feed/chain/chain.ts';
import { firstReferenced } from '../../feed/history/history.ts';
import type { HistoryIndex } from '../../feed/history/history-index.ts';
import { KnownIds } from '../../feed/ids.ts';
import type { Commit } from '../../feed/commit/plan-commit.ts';

/**
 * Number of segments to cache (newest first). Commits only merge small segments at the end, so they rarely need older
 * segments.
 */
const CACHED_SEGMENTS = 3 * TIERS;
/** The index is cleaned up when its size exceeds this number plus twice the number of publications in the history. */
const INDEX_SLACK = 1_000;

/** A host's cache for a feed between turns. Documents are immutable, so cached documents stay valid. */
export class Activation {
  readonly known = new KnownIds();
  readonly retracted = new KnownIds();
  /** Hashes of ids that were retracted in a lost epoch and are not yet stored in the new epoch. */
  readonly unwritten = new Set<string>();
  readonly segments = new Map<string, readonly Publication[]>();
  #confirmed = '';
  #latest: { head: string; publications: Publication[] } | undefined;
  #index: { head: string; index: HistoryIndex } | undefined;

  /**
   * Whether this activation knows that the head's commit was broadcast, its entries popped and its deletions completed.
   */
  isConfirmed(head: Head): boolean {
    const isComplete = head.unconfirmed.length === 0 && head.withdrawn === undefined && !head.erased;
    return isComplete || this.#confirmed === identityOf(head);
  }

  confirm(head: Head): void {
    this.#confirmed = identityOf(head);
  }

  /**
   * Returns the publications that `head` added, or `undefined` if `head` is not the last head that this activation
   * wrote.
   */
  publicationsOf(head: Head): Publication[] | undefined {
    return this.#latest?.head === identityOf(head) ? this.#latest.publications : undefined;
  }

  indexOf(head: Head): HistoryIndex | undefined {
    return this.#index?.head === identityOf(head) ? this.#index.index : undefined;
  }

  cacheIndex(head: Head, index: HistoryIndex): void {
    this.#index = { head: identityOf(head), index };
  }

  /** Remembers a commit on `base` that was definitely written. */
  adopt(commit: Commit, base: Head | undefined): void {
    const { head, publications, segments, ids, retractions } = commit;
    this.#latest = { head: identityOf(head), publications };
    this.#adoptIndex(commit, base);
    this.known.replace(head.ids, ids);
    this.retracted.replace(head.retractions ?? [], retractions);
    this.unwritten.clear();
    for (const { key, publications: content } of segments) this.segments.set(key, content);
    const referenced = new Set(head.segments.slice(-CACHED_SEGMENTS).map(({ key }) => key));
    for (const key of this.segments.keys()) if (!referenced.has(key)) this.segments.delete(key);
  }

  /**
   * Updates the index with the commit. If the index doesn't belong to `base`, or if the commit erased the feed, drops
   * the index instead. A dropped index is rebuilt when needed.
   */
  #adoptIndex({ head, publications, gone, erased }: Commit, base: Head | undefined): void {
    const index = base && !erased ? this.indexOf(base) : undefined;
    this.#index = index && { head: identityOf(head), index };
    if (!index) return;
    for (const offset of gone.keys()) index.remove(offset);
    for (const publication of publications) if (publication.notification) index.add(publication);
    const first = firstReferenced(head);
    if (index.size > 2 * (head.offset - first) + INDEX_SLACK) index.removeBelow(first);
  }
}

/** Identifies a head. The version alone isn't unique, because it can recur after an undetected rollback. */
const identityOf = ({ epoch, version, offset, unconfirmed }: Head): string =>
  JSON.stringify([epoch, version, offset, unconfirmed]);
