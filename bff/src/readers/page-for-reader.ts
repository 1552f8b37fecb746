import type { InboxState, Page } from '@tocsin/contracts';
import { MAX_CONTENT_BYTES, sizeOf } from '../feed/present.ts';
import type { FeedView } from '../recover/views/feed-view.ts';
import { readPage, type PageRequest } from '../recover/page/page.ts';
import type { Inboxes } from './inbox/inboxes.ts';
import { stateIn, type ReadStates } from './marks/read-states.ts';

export interface ReaderPages {
  states: Pick<ReadStates, 'stored'>;
  inboxes: Pick<Inboxes, 'stateOf'>;
  now: () => number;
  /** Called if the marks are unavailable. The page is then returned without them. */
  onUnreadable: (error: unknown) => void;
}

/** Returns a page along with the reader's marks in the feed. Together, they fit within the contract's byte limit. */
export async function readPageFor(
  reader: string,
  view: FeedView,
  request: PageRequest,
  { states, inboxes, now, onUnreadable }: ReaderPages,
): Promise<Page> {
  let marks: [Awaited<ReturnType<ReadStates['stored']>>, InboxState | undefined];
  try {
    marks = await Promise.all([states.stored(reader, view.feed), inboxes.stateOf(reader, view.feed)]);
  } catch (error) {
    onUnreadable(error);
    return readPage(view, request, now);
  }
  const [stored, inbox] = marks;
  const bytes = sizeOf(stored?.ids ?? []) + (inbox ? sizeOf(inbox) : 0);
  const page = await readPage(view, request, now, MAX_CONTENT_BYTES - bytes);
  return { ...page, read: stateIn(page.epoch, stored), ...(inbox && { inbox }) };
}
