import { isDeepStrictEqual } from 'node:util';
import type { InboxDocument } from '@tocsin/contracts';

/** Whether the documents are equal, ignoring the times of the last changes. */
export const isSameInbox = (a: InboxDocument, b: InboxDocument): boolean =>
  isDeepStrictEqual(contentOf(a), contentOf(b));

const contentOf = ({ feeds, snoozed }: InboxDocument) => ({
  feeds: Object.fromEntries(Object.entries(feeds).map(([feed, marks]) => [feed, { ...marks, at: 0 }])),
  // JSON treats missing and undefined flags alike.
  snoozed: JSON.stringify(snoozed),
});
