import { isDeepStrictEqual } from 'node:util';
import type { InboxDocument } from '@tocsin/contracts';

/** Whether both say the same, apart from when a feed's marks were changed last. */
export const isSameInbox = (a: InboxDocument, b: InboxDocument): boolean =>
  isDeepStrictEqual(contentOf(a), contentOf(b));

const contentOf = ({ feeds, snoozed }: InboxDocument) => ({
  feeds: Object.fromEntries(Object.entries(feeds).map(([feed, marks]) => [feed, { ...marks, at: 0 }])),
  // Flags that are not set may be absent or undefined.
  snoozed: JSON.stringify(snoozed),
});
