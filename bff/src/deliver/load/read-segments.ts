import { segmentSchema, type Publication, type SegmentReference } from '@tocsin/contracts';
import { DamagedSegmentError, LostDocumentError } from '../errors.ts';
import { parseStored } from '../parse-stored.ts';
import type { FeedLog } from '../ports.ts';

/**
 * Returns the segments' publications in the order of `keys`.
 * @throws LostDocumentError if a segment is missing
 * @throws DamagedSegmentError if a segment is damaged
 */
export async function readSegments(
  log: Pick<FeedLog, 'readDocuments'>,
  keys: readonly string[],
): Promise<Publication[][]> {
  if (keys.length === 0) return [];
  const documents = await log.readDocuments(keys);
  return keys.map((key, index) => {
    if (documents[index] === undefined) throw new LostDocumentError(key);
    return parseStored(segmentSchema, documents[index], key, DamagedSegmentError).publications;
  });
}

/**
 * Returns publications `first` to `last`, except for any that the segments don't contain.
 * @throws LostDocumentError if a segment is missing
 */
export async function readRange(
  log: FeedLog,
  segments: readonly SegmentReference[],
  first: number,
  last: number,
): Promise<Publication[]> {
  const covering = segments.filter((segment) => segment.last >= first && segment.first <= last);
  const contents = await readSegments(
    log,
    covering.map(({ key }) => key),
  );
  return contents.flat().filter(({ offset }) => offset >= first && offset <= last);
}
