import { isExpired, MAX_PAGE_BYTES, type Publication } from '@tocsin/contracts';
import { withoutContent } from './history/removals.ts';

export { prefixWithin, splitWithin } from '@tocsin/contracts';

/** Returns the publication as readers see it at `now`. Expired publications keep the offset but lose the content. */
export const present = (publication: Publication, now: number): Publication =>
  publication.notification && isExpired(publication.notification, now)
    ? withoutContent(publication, 'expired')
    : publication;

export const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/**
 * Maximum bytes of publications in a page or event. The remainder of the contract's page limit is reserved for other
 * fields.
 */
export const MAX_CONTENT_BYTES = MAX_PAGE_BYTES - 4 * 1024;

/** Returns a publication's size (bytes) in a JSON list, including the comma. */
export const sizeInList = (publication: Publication): number => sizeOf(publication) + 1;
