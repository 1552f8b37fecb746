import type { Page } from '@tocsin/contracts';
import { MAX_CONTENT_BYTES, sizeOf } from '../feed/present.ts';
import type { FeedView } from '../recover/feed-view.ts';
import { readPage, type PageRequest } from '../recover/page.ts';
import { stateIn, type ReadStates } from './read-states.ts';

export interface ReaderPages {
  states: Pick<ReadStates, 'stored'>;
  now: () => number;
  /** Read state unavailable; page returned without it. */
  onUnreadable: (error: unknown) => void;
}

/** A page with the reader's read state of the feed; together they stay within the contract's byte limit. */
export async function readPageFor(
  reader: string,
  view: FeedView,
  request: PageRequest,
  { states, now, onUnreadable }: ReaderPages,
): Promise<Page> {
  let stored: Awaited<ReturnType<ReadStates['stored']>>;
  try {
    stored = await states.stored(reader, view.feed);
  } catch (error) {
    onUnreadable(error);
    return readPage(view, request, now);
  }
  const page = await readPage(view, request, now, MAX_CONTENT_BYTES - sizeOf(stored?.ids ?? []));
  return { ...page, read: stateIn(page.epoch, stored) };
}
