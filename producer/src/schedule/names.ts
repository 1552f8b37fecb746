import { createHash } from 'node:crypto';
import type { Arrival } from '@tocsin/contracts';

const PREFIX_LENGTH = 32;

/** Name prefix of a feed's schedules. A hash because job names allow fewer characters than feed names. */
export const prefixOf = (feed: string): string =>
  `${createHash('sha256').update(feed).digest('hex').slice(0, PREFIX_LENGTH)}:`;

/**
 * The name of a schedule. It is unique per feed and id (and source, for events), so a retried request finds the
 * existing schedule. A space separates an event's id from the hash of its source, since ids can't contain spaces.
 */
export const nameOf = (feed: string, { id, sourceHash }: Pick<Arrival, 'id' | 'sourceHash'>): string =>
  sourceHash === undefined ? `${prefixOf(feed)}${id}` : `${eventPrefixOf(feed, id)}${sourceHash}`;

/** Name prefix of all schedules for events with this id. */
export const eventPrefixOf = (feed: string, id: string): string => `${prefixOf(feed)}${id} `;
