import { createHash } from 'node:crypto';
import type { Arrival } from '@tocsin/contracts';

const PREFIX_LENGTH = 32;

/** What the names of all schedules of a feed begin with; a feed's own name may hold what names must not. */
export const prefixOf = (feed: string): string =>
  `${createHash('sha256').update(feed).digest('hex').slice(0, PREFIX_LENGTH)}:`;

/**
 * One name for each feed and id, so that a repetition finds the schedule that is there; of an event one for each feed, id
 * and source. No id has a space in it.
 */
export const nameOf = (feed: string, { id, sourceHash }: Pick<Arrival, 'id' | 'sourceHash'>): string =>
  sourceHash === undefined ? `${prefixOf(feed)}${id}` : `${eventPrefixOf(feed, id)}${sourceHash}`;

/** What the names of all events of an id begin with. */
export const eventPrefixOf = (feed: string, id: string): string => `${prefixOf(feed)}${id} `;
