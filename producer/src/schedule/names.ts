import { createHash } from 'node:crypto';
import type { Arrival } from '@tocsin/contracts';

const PREFIX_LENGTH = 32;

/** Prefix of all schedules of a feed. It is a hash, because feed names can contain characters that job names cannot. */
export const prefixOf = (feed: string): string =>
  `${createHash('sha256').update(feed).digest('hex').slice(0, PREFIX_LENGTH)}:`;

/**
 * The name of a schedule. It is unique per feed and id (and per source, for events), so a repeated request finds the
 * existing schedule. An event's id and the hash of its source are separated by a space, which ids cannot contain.
 */
export const nameOf = (feed: string, { id, sourceHash }: Pick<Arrival, 'id' | 'sourceHash'>): string =>
  sourceHash === undefined ? `${prefixOf(feed)}${id}` : `${eventPrefixOf(feed, id)}${sourceHash}`;

/** Prefix of all schedules of events with this id. */
export const eventPrefixOf = (feed: string, id: string): string => `${prefixOf(feed)}${id} `;
