import {
  DOCUMENT_VERSION,
  idsKey,
  retractionsKey,
  withdrawnKey,
  type EntryItem,
  type GoneReason,
  type Head,
  type IdsReference,
  type Publication,
} from '@tocsin/contracts';
import { append, splitAtErasure, removesContent, type Place } from './append.ts';
import { chainHashes } from '../chain/chain-hashes.ts';
import { chainSegments, type WrittenSegment } from '../chain/chain-segments.ts';
import { erasedUntil, isErased } from './erasure.ts';
import type { HistoryIndex } from '../history/history-index.ts';
import { keptRuns } from '../history/history.ts';
import { KnownIds } from '../ids.ts';
import {
  fullIdsCount,
  fullRetractionsCount,
  MAX_RUNS,
  segmentTtlSeconds,
  type FeedLimits,
} from '../limits.ts';
import { sizeOf } from '../present.ts';
import type { FeedDocument } from '../chain/chain.ts';

/** A batch to commit: entries `from` to `to` in a run, and the items in order. */
export interface FeedBatch {
  run: string;
  /** The run's partition. Not set if the run belongs to a single feed. */
  partition?: number;
  from: number;
  to: number;
  items: readonly EntryItem[];
  /** The first item's trace. */
  traceparent?: string | undefined;
  /** All items' sampled traces. */
  traces?: readonly string[];
}

const LABEL_LENGTH = 8;
/**
 * Lifetime of an erasure's list of withdrawn documents: two years, like a reader's longest-lived documents. An erasure
 * counts as unfinished while its list exists, so every erasure writes a list, even an empty one. Normally, the list is
 * deleted right away.
 */
const ERASURE_TTL_SECONDS = 2 * 366 * 24 * 60 * 60;

export interface CommitInput {
  feed: string;
  /** The head to build on; `undefined` for an epoch's first commit. */
  base: Head | undefined;
  /** The stored head, whether or not the turn builds on it. */
  stored: Head;
  epoch: string;
  /** Returns a new epoch that starts with an erasure. */
  nextEpoch: () => string;
  /** The head's etag, which counts the writes to the key. */
  writes: number;
  batch: FeedBatch | undefined;
  known: KnownIds;
  /** References to the documents with retracted ids. When an epoch is lost, they carry over to the new epoch. */
  retractions: readonly IdsReference[];
  retracted: KnownIds;
  /** Hashes of retracted ids that carry over from a lost epoch but aren't in any document. */
  unwritten: ReadonlySet<string>;
  limits: FeedLimits;
  now: number;
  /** Returns a unique suffix for a document key. */
  unique: () => string;
  /** Returns the publications in a segment that `base` references. */
  contentOf: (key: string) => Promise<readonly Publication[]>;
  index: () => Promise<HistoryIndex>;
}

export interface Commit {
  head: Head;
  documents: FeedDocument[];
  /** The publications that the commit adds, without items that the feed already has. */
  publications: Publication[];
  /** Older publications that lose content, keyed by offset. */
  gone: ReadonlyMap<number, GoneReason>;
  /** Where each notification was published. */
  places: ReadonlyMap<EntryItem, Place>;
  /** Number of suppressed items: already in the feed, retracted, or published before the feed's erasure. */
  suppressed: number;
  erased: boolean;
  /** Keys of documents that the new head no longer references. Reads that use the old head could still need them. */
  retired: string[];
  segments: readonly WrittenSegment[];
  ids: Map<string, string[]>;
  retractions: Map<string, string[]>;
}

/** Plans a feed's next commit without writing anything. Rejects only if `contentOf` or `index` does. */
export async function planCommit(input: CommitInput): Promise<Commit> {
  const { base, batch, limits, now, unique } = input;
  const { erasure, items: laterItems } = splitAtErasure(batch?.items ?? []);
  const erased = erasure !== undefined;
  const erasedAt = erasedUntil(input.stored, erasure, limits, now);
  // Drop notifications that were in transit in another run or a stream when the feed was erased.
  const items = laterItems.filter((item) => !isErased(item, erasedAt));
  const state = erased ? erasedState(input) : stateOf(input);
  const index = state.segments.length > 0 && removesContent(items) ? await input.index() : undefined;
  const retracted = { has: (hash: string) => state.retracted.has(hash) || state.unwritten.has(hash) };
  const { publications, gone, places, ...appended } = append(items, { ...state, retracted, index });
  const label = labelOf(input.feed);
  const common = { label, limits, now, unique };
  const segments = await chainSegments(
    { ...common, references: state.segments, contentOf: input.contentOf },
    publications,
    gone,
  );
  const ids = chainHashes(
    {
      ...{ references: state.ids, known: state.known, full: fullIdsCount(limits), limits, now },
      key: () => idsKey(label, unique()),
    },
    appended.published,
  );
  const retractions = chainHashes(
    {
      ...{ references: state.retractions, known: state.retracted, limits, now },
      ...{ full: fullRetractionsCount(limits), key: () => retractionsKey(unique()) },
    },
    [...state.unwritten, ...appended.retracted],
  );
  const withdrawn = erased
    ? withdrawnList(documentsOf(input.stored), input, ERASURE_TTL_SECONDS)
    : segments.withdrawn.length > 0
      ? withdrawnList(segments.withdrawn, input, segmentTtlSeconds(limits))
      : undefined;
  const offset = state.offset + publications.length;
  const run = batch && { [batch.run]: [batch.to, now] as [number, number] };
  return {
    head: {
      v: DOCUMENT_VERSION,
      epoch: state.epoch,
      version: input.writes + 1,
      offset,
      segments: segments.references,
      ids: ids.references,
      producers: { ...keptRuns(base?.producers ?? {}, limits, now, MAX_RUNS - 1), ...run },
      unconfirmed: batch
        ? [{ run: batch.run, from: batch.from, to: batch.to, first: state.offset + 1, last: offset }]
        : [],
      ...(retractions.references.length > 0 && { retractions: retractions.references }),
      ...(withdrawn && { withdrawn: withdrawn.key }),
      ...(erased && { erased }),
      ...(erasedAt !== undefined && { erasedAt }),
    },
    documents: [
      ...segments.documents,
      ...ids.documents,
      ...retractions.documents,
      ...(withdrawn ? [withdrawn] : []),
    ],
    publications,
    gone,
    places,
    suppressed: appended.suppressed + laterItems.length - items.length,
    erased,
    retired: [...segments.retired, ...ids.retired, ...retractions.retired],
    segments: segments.written,
    ids: ids.written,
    retractions: retractions.written,
  };
}

const stateOf = ({ base, epoch, known, retracted, retractions, unwritten }: CommitInput) => ({
  ...{ epoch, offset: base?.offset ?? 0, segments: base?.segments ?? [], ids: base?.ids ?? [] },
  ...{ known, retracted, retractions, unwritten },
});

/** Returns the state after an erasure, which resets everything except each run's progress. */
const erasedState = ({ nextEpoch }: CommitInput) => ({
  ...{ epoch: nextEpoch(), offset: 0, segments: [], ids: [], known: new KnownIds() },
  ...{ retracted: new KnownIds(), retractions: [], unwritten: new Set<string>() },
});

const documentsOf = (head: Head): string[] =>
  [...head.segments, ...head.ids, ...(head.retractions ?? [])].map(({ key }) => key);

function withdrawnList(keys: string[], { unique }: CommitInput, ttlSeconds: number): FeedDocument {
  const value = { v: DOCUMENT_VERSION, keys } as const;
  return { key: withdrawnKey(unique()), value, bytes: sizeOf(value), ttlSeconds };
}

/**
 * Returns the human-readable part of a document key, derived from the feed name. Kept short so that heads stay small;
 * `unique` makes the key unique.
 */
export const labelOf = (feed: string): string =>
  feed.slice(0, LABEL_LENGTH).replace(/[^A-Za-z0-9._:-]/g, '-');
