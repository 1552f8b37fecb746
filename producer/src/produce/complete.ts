import { DEFAULT_FEED, parseDateTime, type Arrival, type NotificationInput } from '@tocsin/contracts';
import { uuidV7 } from './ids.ts';

/**
 * A notification as sent by a caller or contained in an event. `sourceHash` is set if the id was derived from an event
 * with a source.
 */
export type Input = NotificationInput & Pick<Arrival, 'sourceHash'>;

/**
 * Fills in the contract's default values. The notification's date is `now` (ms since 1970), or `deliverAt` if that is
 * later.
 */
export const complete = ({ deliverAt, ...input }: Input, now: number): Arrival => ({
  ...input,
  id: input.id ?? uuidV7(now),
  feed: input.feed ?? DEFAULT_FEED,
  severity: input.severity ?? 'info',
  createdAt: new Date(deliveryTime({ deliverAt }, now)).toISOString(),
});

/** Returns an input's delivery time (ms since 1970): `deliverAt`, or `now` if that's later. */
export const deliveryTime = ({ deliverAt }: Pick<NotificationInput, 'deliverAt'>, now: number): number =>
  Math.max(now, (deliverAt && parseDateTime(deliverAt)) || now);
