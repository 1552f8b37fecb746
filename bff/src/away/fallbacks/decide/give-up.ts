import type { SentItem } from '../document.ts';

/** Failed sends are repeated for this time after the first attempt. */
const GIVE_UP_MS = 3 * 24 * 60 * 60 * 1000;

/** Whether the notification has been tried long enough. Documents of earlier versions have no time of the attempt. */
export const isGivenUp = ({ since, createdAt }: SentItem, now: number): boolean =>
  (since ?? Date.parse(createdAt)) + GIVE_UP_MS < now;
