import { createHash } from 'node:crypto';
import { DOCUMENT_VERSION, type Arrival, type Scheduled } from '@tocsin/contracts';

const PREFIX_LENGTH = 32;

/** Name prefix for a feed's schedules. It's a hash because feed names can contain characters that job names can't. */
export const prefixOf = (feed: string): string =>
  `${createHash('sha256').update(feed).digest('hex').slice(0, PREFIX_LENGTH)}:`;

/**
 * A schedule's name. It is unique per feed and id (and source, for events), so a retried request finds the existing
 * schedule. An event's id and the source's hash are separated by a space, since ids can't contain spaces.
 */
export const nameOf = (feed: string, { id, sourceHash }: Pick<Arrival, 'id' | 'sourceHash'>): string =>
  sourceHash === undefined ? `${prefixOf(feed)}${id}` : `${eventPrefixOf(feed, id)}${sourceHash}`;

/** Name prefix for all schedules from events with this id. */
export const eventPrefixOf = (feed: string, id: string): string => `${prefixOf(feed)}${id} `;

/** Returns a schedule's name, and the document to store for it. */
export const toNamed = (notification: Arrival, at: number, traceparent?: string) => ({
  name: nameOf(notification.feed, notification),
  scheduled: {
    v: DOCUMENT_VERSION,
    at,
    notification,
    ...(traceparent !== undefined && { traceparent }),
  } satisfies Scheduled,
});

export type Named = ReturnType<typeof toNamed>;
