import { DEFAULT_FEED, parseDateTime, type Notification, type NotificationInput } from '@tocsin/contracts';
import { uuidV7 } from './new-id.ts';

/**
 * The notification that a caller's input stands for: with the contract's defaults, taken at `now` or, where that is
 * later, delivered at its `deliverAt` (ms since 1970).
 */
export const complete = ({ deliverAt, ...input }: NotificationInput, now: number): Notification => ({
  ...input,
  id: input.id ?? uuidV7(now),
  feed: input.feed ?? DEFAULT_FEED,
  severity: input.severity ?? 'info',
  createdAt: new Date(deliveryTime({ deliverAt }, now)).toISOString(),
});

/** When the input is to be delivered, in ms since 1970: at `now` unless its `deliverAt` is later. */
export const deliveryTime = ({ deliverAt }: Pick<NotificationInput, 'deliverAt'>, now: number): number =>
  Math.max(now, (deliverAt && parseDateTime(deliverAt)) || now);
