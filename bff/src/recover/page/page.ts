import {
  DEFAULT_PAGE_LIMIT,
  MAX_PAGE_PUBLICATIONS,
  type Page,
  type Position,
  type Publication,
} from '@tocsin/contracts';
import { ChangedError } from '../../deliver/errors.ts';
import { wasErasedSince } from '../../feed/position.ts';
import { prefixWithin, MAX_CONTENT_BYTES, present } from '../../feed/present.ts';
import { encodedSizeInList } from './encoded.ts';
import type { FeedView } from '../views/feed-view.ts';

/** Maximum attempts if the feed changes during a read. */
const MAX_ATTEMPTS = 3;

export type PageRequest =
  | { kind: 'position' }
  | { kind: 'newest'; limit: number }
  | { kind: 'after'; position: Position; limit?: number }
  | { kind: 'before'; position: Position; limit: number };

/**
 * Reads a page from the ring or from older segments, with at most `bytes` bytes of publications. If the requested
 * position is later than this instance's position or from another epoch, compares the view with the head first. Rejects
 * with TemporaryError rather than leave out a publication.
 */
export async function readPage(
  view: FeedView,
  request: PageRequest,
  now: () => number,
  bytes = MAX_CONTENT_BYTES,
): Promise<Page> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readOnce(view, request, now, bytes);
    } catch (error) {
      // The feed grew or started a new epoch during the read.
      if (!(error instanceof ChangedError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function readOnce(
  view: FeedView,
  request: PageRequest,
  now: () => number,
  bytes: number,
): Promise<Page> {
  const known = await (request.kind === 'position' ? view.currentPosition() : view.knownPosition());
  const requested = request.kind === 'after' || request.kind === 'before' ? request.position : undefined;
  if (requested && (requested.epoch !== known.epoch || requested.offset > known.offset)) await view.compare();
  const head = await view.knownPosition();
  const pageWith = (part: Partial<Page> & { publications: Publication[] }): Page => {
    if (view.position?.epoch !== head.epoch)
      throw new ChangedError(`${view.feed} began a new epoch during the read`);
    const publications = part.publications.map((publication) => present(publication, now()));
    const erased =
      part.recovered === false && requested !== undefined && wasErasedSince(requested.epoch, head.epoch);
    const page = { feed: view.feed, ...head, recovered: true, more: false, ...part, publications };
    return erased ? { ...page, erased } : page;
  };
  if (request.kind === 'position') return pageWith({ publications: [] });

  const isSameEpoch = requested?.epoch === head.epoch;
  const isAtHead = request.kind === 'after' && isSameEpoch && request.position.offset === head.offset;
  const floor = isAtHead ? 1 : await view.floor();
  const newestPublications = async (limit: number) => {
    const publications = await view.readRange(
      Math.max(floor, head.offset - limit + 1),
      head.offset,
      head.epoch,
    );
    return suffixWithin(publications, limit, bytes);
  };
  if (request.kind === 'newest') return pageWith({ publications: await newestPublications(request.limit) });

  const { position, limit } = request;
  if (request.kind === 'before') {
    if (!isSameEpoch || position.offset > head.offset + 1) {
      return pageWith({ recovered: false, publications: await newestPublications(request.limit) });
    }
    const first = Math.max(floor, position.offset - request.limit);
    const publications = suffixWithin(
      await view.readRange(first, position.offset - 1, head.epoch),
      request.limit,
      bytes,
    );
    return pageWith({ publications, more: (publications[0]?.offset ?? floor) > floor });
  }
  if (!isSameEpoch || position.offset > head.offset || position.offset + 1 < floor) {
    return pageWith({
      recovered: false,
      publications: await newestPublications(limit ?? DEFAULT_PAGE_LIMIT),
    });
  }
  const maxCount = Math.min(limit ?? MAX_PAGE_PUBLICATIONS, MAX_PAGE_PUBLICATIONS);
  const last = Math.min(head.offset, position.offset + maxCount);
  const publications = prefixWithin(
    await view.readRange(position.offset + 1, last, head.epoch),
    maxCount,
    bytes,
    encodedSizeInList,
  );
  const reached = publications.at(-1)?.offset ?? position.offset;
  return reached < head.offset
    ? pageWith({ publications, more: true, offset: reached })
    : pageWith({ publications });
}

const suffixWithin = (publications: Publication[], limit: number, bytes: number): Publication[] =>
  prefixWithin(publications.toReversed(), limit, bytes, encodedSizeInList).toReversed();
