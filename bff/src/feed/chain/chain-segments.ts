import {
  DOCUMENT_VERSION,
  segmentKey,
  type GoneReason,
  type Publication,
  type SegmentReference,
} from '@tocsin/contracts';
import { withoutContent } from '../history/removals.ts';
import { keptSegments, keyWithLife } from '../history/history.ts';
import { fullSegmentBytes, segmentTtlSeconds, type FeedLimits } from '../limits.ts';
import { sizeOf } from '../present.ts';
import { countAbsorbed, type FeedDocument } from './chain.ts';

export interface SegmentChain {
  /** References to the previous head's segments. */
  references: readonly SegmentReference[];
  /** The human-readable part of segment keys. */
  label: string;
  limits: FeedLimits;
  now: number;
  unique: () => string;
  contentOf: (key: string) => Promise<readonly Publication[]>;
}

export interface WrittenSegment {
  key: string;
  publications: readonly Publication[];
}

const READS_AT_ONCE = 8;

/**
 * Appends publications to a chain of segments and removes the content of publications in `gone`. To remove content,
 * rewrites the affected segments under new keys. `withdrawn` lists the old keys, whose documents still have the
 * content.
 */
export async function chainSegments(
  chain: SegmentChain,
  added: readonly Publication[],
  gone: ReadonlyMap<number, GoneReason>,
) {
  const { references: previous, limits, now } = chain;
  const kept = keptSegments(previous, limits, now);
  const dropped = previous.filter((segment) => !kept.includes(segment)).map(({ key }) => key);
  const documents: FeedDocument[] = [];
  const written: WrittenSegment[] = [];
  if (added.length === 0) {
    return { references: kept, documents, retired: dropped, withdrawn: [] as string[], written };
  }

  const write = (publications: Publication[], bytes: number): string => {
    const key = keyWithLife(segmentKey(chain.label, chain.unique()), limits.historyTtlMs);
    documents.push({
      key,
      value: { v: DOCUMENT_VERSION, publications },
      bytes,
      ttlSeconds: segmentTtlSeconds(limits),
    });
    written.push({ key, publications });
    return key;
  };
  const offsets = [...gone.keys()];
  const losesContent = ({ first, last }: SegmentReference) =>
    offsets.some((offset) => offset >= first && offset <= last);

  const bytes = added.reduce((sum, publication) => sum + sizeOf(publication), 0);
  const sizes = kept.map((segment) => segment.bytes);
  const absorbed = kept.splice(kept.length - countAbsorbed(sizes, bytes, fullSegmentBytes(limits)));
  const rewritten = kept.filter(losesContent);
  const contents = await readAll([...rewritten, ...absorbed], chain.contentOf);
  const remainingContent = (segment: SegmentReference): Publication[] =>
    (contents.get(segment.key) ?? []).map((publication) => {
      const reason = gone.get(publication.offset);
      return reason ? withoutContent(publication, reason) : publication;
    });

  const references = kept.map((segment) =>
    rewritten.includes(segment)
      ? { ...segment, key: write(remainingContent(segment), segment.bytes) }
      : segment,
  );
  const publications = [...absorbed.flatMap(remainingContent), ...added];
  const total = absorbed.reduce((sum, segment) => sum + segment.bytes, bytes);
  references.push({
    key: write(publications, total),
    first: publications[0]?.offset ?? 1,
    last: publications.at(-1)?.offset ?? 1,
    bytes: total,
    at: now,
  });
  const replaced = [...rewritten, ...absorbed];
  const keysOf = (segments: SegmentReference[]) => segments.map(({ key }) => key);
  return {
    references,
    documents,
    retired: [...dropped, ...keysOf(replaced.filter((segment) => !losesContent(segment)))],
    withdrawn: keysOf(replaced.filter(losesContent)),
    written,
  };
}

async function readAll(
  segments: readonly SegmentReference[],
  contentOf: SegmentChain['contentOf'],
): Promise<Map<string, readonly Publication[]>> {
  const contents = new Map<string, readonly Publication[]>();
  for (let start = 0; start < segments.length; start += READS_AT_ONCE) {
    const batch = segments.slice(start, start + READS_AT_ONCE);
    const read = await Promise.all(batch.map(({ key }) => contentOf(key)));
    batch.forEach(({ key }, index) => contents.set(key, read[index] ?? []));
  }
  return contents;
}
