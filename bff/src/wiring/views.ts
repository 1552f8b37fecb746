import type { PositionEvent, PublicationsEvent } from '@tocsin/contracts';
import { createIconFilter } from '../feed/icons.ts';
import { addFeedMemoryGauges } from '../observe/metrics.ts';
import { FeedViews } from '../recover/views/feed-views.ts';
import { DEFAULT_RING_LIMITS } from '../recover/ring/ring.ts';
import type { AppContext } from './context.ts';
import type { Delivery } from './delivery.ts';
import { Signal } from './signal.ts';

export interface Views {
  views: FeedViews;
  /** Publications that a view missed, found by comparing the view with the head. */
  missed: Signal<PublicationsEvent>;
  /**
   * Positions to send to browsers. A subscribed feed's position is sent every 8 s. It is also sent immediately if the
   * feed doesn't continue from the last known position, for example in a new epoch.
   */
  positions: Signal<PositionEvent>;
}

export function createViews(
  { config, backend, log, registry, metrics, onRefused, now }: AppContext,
  delivery: Delivery,
): Views {
  const { marks, limitsOf, routeFeedTurn } = delivery;
  const missed = new Signal<PublicationsEvent>();
  const positions = new Signal<PositionEvent>();
  const views = new FeedViews(
    {
      ...{ log: backend.log, origin: backend.origin },
      ...{ marks, limitsOf, routeFeedTurn, now },
      proofs: {
        verify: (feed, position, proof) => {
          const isProven = backend.proofs.verify(feed, position, proof);
          if (!isProven) onRefused('unproven_position');
          return isProven;
        },
      },
      withAllowedIcons: createIconFilter(config.ICON_ORIGINS),
      ring: DEFAULT_RING_LIMITS,
      maxBytes: config.FEEDS_BYTES,
      onMissed: missed.emit,
      onMoved: positions.emit,
      onPosition: positions.emit,
      onResent: (count) => metrics.sentTwice.inc(count),
      onTrimmed: () => metrics.trimmed.inc(),
    },
    (feed, err) => log.warn({ err, feed }, 'cannot compare a feed with its head; retrying'),
  );
  addFeedMemoryGauges(registry, () => views.bytes, config.FEEDS_BYTES);
  return { views, missed, positions };
}
