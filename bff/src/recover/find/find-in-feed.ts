import {
  idOfPublication,
  idsDocumentSchema,
  type FoundPlace,
  type IdsReference,
  type NamedNotification,
  type Publication,
  type SegmentReference,
} from '@tocsin/contracts';
import { readSegments } from '../../deliver/load/read-segments.ts';
import type { FeedLog } from '../../deliver/ports.ts';
import { decodeIds, hashOfId } from '../../feed/ids.ts';
import { keptIds, keptSegments } from '../../feed/history/history.ts';
import type { FeedLimits } from '../../feed/limits.ts';
import { splitWithin, present } from '../../feed/present.ts';

/** Maximum bytes of history to read per batch. */
const PART_BYTES = 512 * 1024;
/** Maximum bytes of history to read per search. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Documents to read per batch. Each contains many hashes of ids. */
const DOCUMENTS_AT_ONCE = 16;

export interface FoundInFeed {
  found: FoundPlace[];
  /** False if the search stopped at `MAX_BYTES` without finding the id in the history. */
  isComplete: boolean;
}

/** Looks for an id in the feed's history (newest publications first), and then among the feed's remembered ids. */
export async function findInFeed(
  log: Pick<FeedLog, 'readHead' | 'readDocuments'>,
  { id, feed }: NamedNotification,
  limits: FeedLimits,
  now: number,
): Promise<FoundInFeed> {
  const stored = await log.readHead(feed);
  if (!stored) return { found: [], isComplete: true };
  const { head } = stored;
  // The head can still reference documents that have expired since the last commit.
  const segments = keptSegments(head.segments, limits, now);
  const ids = keptIds(head.ids, limits, now);
  const retractions = keptIds(head.retractions ?? [], limits, now);
  const hash = hashOfId(id);
  const { publication, isComplete } = await findNewest(id, segments, log);
  if (publication) return { found: [placeOf(present(publication, now))], isComplete: true };
  if (await hasHash(log, retractions, hash)) return { found: [{ place: 'retracted' }], isComplete };
  if (await hasHash(log, ids, hash)) return { found: [{ place: 'forgotten' }], isComplete };
  return { found: [], isComplete };
}

async function findNewest(
  id: string,
  segments: readonly SegmentReference[],
  log: Pick<FeedLog, 'readDocuments'>,
): Promise<{ publication?: Publication | undefined; isComplete: boolean }> {
  let bytes = 0;
  for (const part of splitWithin(segments.toReversed(), Infinity, PART_BYTES, (segment) => segment.bytes)) {
    bytes += part.reduce((sum, segment) => sum + segment.bytes, 0);
    if (bytes > MAX_BYTES) return { isComplete: false };
    const contents = await readSegments(
      log,
      part.map(({ key }) => key),
    );
    for (const content of contents) {
      const publication = content.findLast((candidate) => idOfPublication(candidate) === id);
      if (publication) return { publication, isComplete: true };
    }
  }
  return { isComplete: true };
}

const placeOf = (publication: Publication): FoundPlace => {
  const { offset, notification } = publication;
  return notification === null
    ? { place: 'gone', offset, reason: publication.gone }
    : { place: 'recorded', offset, createdAt: notification.createdAt };
};

/** Whether any document contains the hash. The feed's limits bound the number and size of documents. */
async function hasHash(
  log: Pick<FeedLog, 'readDocuments'>,
  references: readonly IdsReference[],
  hash: string,
): Promise<boolean> {
  for (let start = 0; start < references.length; start += DOCUMENTS_AT_ONCE) {
    const keys = references.slice(start, start + DOCUMENTS_AT_ONCE).map(({ key }) => key);
    for (const document of await log.readDocuments(keys)) {
      const parsed = idsDocumentSchema.safeParse(document);
      if (parsed.success && decodeIds(parsed.data).includes(hash)) return true;
    }
  }
  return false;
}
