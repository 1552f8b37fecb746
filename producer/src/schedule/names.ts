import { createHash } from 'node:crypto';
import type { Arrival } from '@tocsin/contracts';

const PREFIX_LENGTH = 32;

/** The prefix of all schedules of a feed. It is a hash, since a feed may contain characters that names must not. */
export const prefixOf = (feed: string): string =>
  `${createHash('sha256').update(feed).digest('hex').slice(0, PREFIX_LENGTH)}:`;

/**
 * The name of a schedule: unique for a feed and id, so that a repeated request finds it, and for an event also for its
 * source. Ids contain no space.
 */
export const nameOf = (feed: string, { id, sourceHash }: Pick<Arrival, 'id' | 'sourceHash'>): string =>
  sourceHash === undefined ? `${prefixOf(feed)}${id}` : `${eventPrefixOf(feed, id)}${sourceHash}`;

/** The prefix of all events with this id. */
export const eventPrefixOf = (feed: string, id: string): string => `${prefixOf(feed)}${id} `;
