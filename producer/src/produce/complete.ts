import { DEFAULT_FEED, parseDateTime, type Arrival, type NotificationInput } from '@tocsin/contracts';
import { uuidV7 } from './ids.ts';

/** What a caller sends, or what an event holds: `sourceHash` is there where the id is the event's. */
export type Input = NotificationInput & Pick<Arrival, 'sourceHash'>;

/**
 * The notification that a caller's input stands for: with the contract's defaults, taken at `now` or, where that is
 * later, delivered at its `deliverAt` (ms since 1970).
 */
export const complete = ({ deliverAt, ...input }: Input, now: number): Arrival => ({
  ...input,
  id: input.id ?? uuidV7(now),
  feed: input.feed ?? DEFAULT_FEED,
  severity: input.severity ?? 'info',
  createdAt: new Date(deliveryTime({ deliverAt }, now)).toISOString(),
});

/** When the input is to be delivered, in ms since 1970: at `now` unless its `deliverAt` is later. */
export const deliveryTime = ({ deliverAt }: Pick<NotificationInput, 'deliverAt'>, now: number): number =>
  Math.max(now, (deliverAt && parseDateTime(deliverAt)) || now);
