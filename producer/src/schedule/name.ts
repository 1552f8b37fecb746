import { createHash } from 'node:crypto';

const PREFIX_LENGTH = 32;

/** What the names of all schedules of a feed begin with; a feed's own name may hold what names must not. */
export const prefixOf = (feed: string): string =>
  `${createHash('sha256').update(feed).digest('hex').slice(0, PREFIX_LENGTH)}:`;

/** One name for each feed and id, so that a repetition finds the schedule that is there. */
export const nameOf = (feed: string, id: string): string => `${prefixOf(feed)}${id}`;
