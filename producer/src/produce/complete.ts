import { DEFAULT_FEED, type Notification, type NotificationInput } from '@tocsin/contracts';
import { uuidV7 } from './new-id.ts';

/** The notification that a caller's input stands for: with the contract's defaults, taken at `now` (ms since 1970). */
export const complete = (input: NotificationInput, now: number): Notification => ({
  ...input,
  id: input.id ?? uuidV7(now),
  feed: input.feed ?? DEFAULT_FEED,
  severity: input.severity ?? 'info',
  createdAt: new Date(now).toISOString(),
});
