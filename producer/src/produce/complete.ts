import { DEFAULT_FEED, parseDateTime, type Arrival, type NotificationInput } from '@tocsin/contracts';
import { uuidV7 } from './ids.ts';

/** A notification as a caller sends it or as an event holds it. `sourceHash` is set if the id is that of the event. */
export type Input = NotificationInput & Pick<Arrival, 'sourceHash'>;

/** Completes an input with the defaults of the contract. It is dated `now` (ms since 1970), or by a later `deliverAt`. */
export const complete = ({ deliverAt, ...input }: Input, now: number): Arrival => ({
  ...input,
  id: input.id ?? uuidV7(now),
  feed: input.feed ?? DEFAULT_FEED,
  severity: input.severity ?? 'info',
  createdAt: new Date(deliveryTime({ deliverAt }, now)).toISOString(),
});

/** The delivery time of an input in ms since 1970: `now`, unless its `deliverAt` is later. */
export const deliveryTime = ({ deliverAt }: Pick<NotificationInput, 'deliverAt'>, now: number): number =>
  Math.max(now, (deliverAt && parseDateTime(deliverAt)) || now);
