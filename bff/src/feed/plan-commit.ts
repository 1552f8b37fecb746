import {
  DOCUMENT_VERSION,
  idsKey,
  segmentKey,
  type Head,
  type IdsDocument,
  type LivePublication,
  type Notification,
  type Publication,
  type Segment,
} from '@tocsin/contracts';
import { countAbsorbed } from './chain.ts';
import { keptIds, keptRuns, keptSegments } from './history.ts';
import { encodeIds, hashOfId, type KnownIds } from './ids.ts';
import {
  fullIdsCount,
  fullSegmentBytes,
  idsTtlSeconds,
  MAX_RUNS,
  segmentTtlSeconds,
  type FeedLimits,
} from './limits.ts';
import { sizeOf } from './present.ts';

/** What a commit is to say: the numbers `from` to `to` of a run are done, and these are their notifications. */
export interface Taken {
  run: string;
  from: number;
  to: number;
  notifications: readonly Notification[];
  /** Trace of the first of them. */
  traceparent?: string | undefined;
}

const LABEL_LENGTH = 12;

export interface CommitInput {
  feed: string;
  /** The head to build on; none for the first commit of an epoch. */
  base: Head | undefined;
  epoch: string;
  /** How often the head's key has been written, which is its etag. */
  writes: number;
  taken: Taken | undefined;
  known: KnownIds;
  limits: FeedLimits;
  now: number;
  /** Makes the end of a document's key, never twice the same. */
  unique: () => string;
  /** The publications of a segment that the base names. */
  contentOf: (key: string) => Promise<readonly Publication[]>;
}

export interface FeedDocument {
  key: string;
  value: Segment | IdsDocument;
  ttlSeconds: number;
}

export interface Commit {
  head: Head;
  documents: FeedDocument[];
  /** What is new in this commit, without ids that the feed had taken before. */
  publications: LivePublication[];
  /** Notifications that were left out because their id was known. */
  suppressed: number;
  /** Documents that the new head names no longer; readers of the old head may still ask for them. */
  retired: string[];
  segment: { key: string; publications: readonly Publication[] } | undefined;
  ids: Map<string, string[]>;
}

/** Plans the next commit of a feed; writes nothing. Rejects only when `contentOf` does. */
export async function planCommit(input: CommitInput): Promise<Commit> {
  const { base, taken, known, limits, now } = input;
  const { publications, hashes, suppressed } = append(base?.offset ?? 0, taken?.notifications ?? [], known);
  const segments = await chainSegments(input, publications);
  const ids = chainIds(input, hashes);
  const offset = (base?.offset ?? 0) + publications.length;
  const run = taken && { [taken.run]: [taken.to, now] as [number, number] };
  return {
    head: {
      v: DOCUMENT_VERSION,
      epoch: input.epoch,
      version: input.writes + 1,
      offset,
      segments: segments.references,
      ids: ids.references,
      producers: { ...keptRuns(base?.producers ?? {}, limits, now, MAX_RUNS - 1), ...run },
      unconfirmed: taken
        ? [{ run: taken.run, from: taken.from, to: taken.to, first: (base?.offset ?? 0) + 1, last: offset }]
        : [],
    },
    documents: [...segments.documents, ...ids.documents],
    publications,
    suppressed,
    retired: [...segments.retired, ...ids.retired],
    segment: segments.written,
    ids: ids.written,
  };
}

function append(offset: number, notifications: readonly Notification[], known: KnownIds) {
  const publications: LivePublication[] = [];
  const hashes = new Set<string>();
  for (const notification of notifications) {
    const hash = hashOfId(notification.id);
    if (known.has(hash) || hashes.has(hash)) continue;
    hashes.add(hash);
    publications.push({ offset: offset + hashes.size, notification });
  }
  return { publications, hashes: [...hashes], suppressed: notifications.length - publications.length };
}

async function chainSegments(
  { feed, base, limits, now, unique, contentOf }: CommitInput,
  added: LivePublication[],
) {
  const old = base?.segments ?? [];
  const kept = keptSegments(old, limits, now);
  const dropped = old.filter((segment) => !kept.includes(segment)).map(({ key }) => key);
  if (added.length === 0) return { references: kept, documents: [], retired: dropped, written: undefined };
  const bytes = added.reduce((sum, publication) => sum + sizeOf(publication), 0);
  const sizes = kept.map((segment) => segment.bytes);
  const absorbed = kept.splice(kept.length - countAbsorbed(sizes, bytes, fullSegmentBytes(limits)));
  const before = await Promise.all(absorbed.map(({ key }) => contentOf(key)));
  const publications = [...before.flat(), ...added];
  const key = segmentKey(labelOf(feed), unique());
  const reference = {
    key,
    first: publications[0]?.offset ?? 1,
    last: publications.at(-1)?.offset ?? 1,
    bytes: absorbed.reduce((sum, segment) => sum + segment.bytes, bytes),
    at: now,
  };
  return {
    references: [...kept, reference],
    documents: [
      { key, value: { v: DOCUMENT_VERSION, publications }, ttlSeconds: segmentTtlSeconds(limits) } as const,
    ],
    retired: [...dropped, ...absorbed.map((segment) => segment.key)],
    written: { key, publications },
  };
}

function chainIds({ feed, base, known, limits, now, unique }: CommitInput, hashes: string[]) {
  const old = base?.ids ?? [];
  const kept = keptIds(old, limits, now);
  const dropped = old.filter((reference) => !kept.includes(reference)).map(({ key }) => key);
  if (hashes.length === 0) {
    return { references: kept, documents: [], retired: dropped, written: new Map<string, string[]>() };
  }
  const sizes = kept.map(({ count }) => count);
  const absorbed = kept.splice(kept.length - countAbsorbed(sizes, hashes.length, fullIdsCount(limits)));
  const all = [...absorbed.flatMap(({ key }) => known.hashesOf(key)), ...hashes];
  const key = idsKey(labelOf(feed), unique());
  return {
    references: [...kept, { key, count: all.length, at: now }],
    documents: [{ key, value: encodeIds(all), ttlSeconds: idsTtlSeconds(limits) }],
    retired: [...dropped, ...absorbed.map((reference) => reference.key)],
    written: new Map([[key, all]]),
  };
}

/** What a person sees of the feed in a document's key; `unique` alone makes it one of a kind, and heads stay small. */
const labelOf = (feed: string): string => feed.slice(0, LABEL_LENGTH).replace(/[^A-Za-z0-9._:-]/g, '-');
