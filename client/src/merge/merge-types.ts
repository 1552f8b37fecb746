import type { GoneReason, LivePublication, Page, Position, PublicationsEvent } from '@tocsin/contracts';

/** All events that a feed's merge handles. */
export type MergeEvent =
  /** A socket is connected. It can have replaced another socket that was still connected. */
  | { type: 'connected' }
  | { type: 'disconnected' }
  | ({ type: 'publications' } & Omit<PublicationsEvent, 'feed'>)
  | { type: 'position'; position: Position }
  /**
   * Removes the notifications with these ids immediately, even if earlier publications are missing. The retractions
   * also arrive in order, as publications.
   */
  | { type: 'retracted'; ids: readonly string[] }
  /** The server acknowledged the pending subscribe request. */
  | { type: 'answer'; page: Omit<Page, 'feed'> }
  /** The server temporarily refused the pending subscribe request or didn't respond. */
  | { type: 'refused' }
  | { type: 'retry' }
  /** The gap that `gap-opened` reported is still open after 500 ms. */
  | { type: 'gap-stayed' }
  /** No events have been received for this feed for 25 s, or the connection must be checked. */
  | { type: 'silence' };

/**
 * How publications arrived: pushed (`live`), recovered from a position (`recovered`), or in the newest page because
 * recovery was impossible (`snapshot`).
 */
export type Delivery = 'live' | 'recovered' | 'snapshot';

/** An action for the caller. Perform the actions in the order that `handle` returns them. */
export type MergeEffect =
  | { type: 'subscribe'; position: Position | undefined }
  /** Wait for the backoff delay, then send the `retry` event. */
  | { type: 'ask-later' }
  | { type: 'gap-opened' }
  | { type: 'gap-closed' }
  /**
   * Show these publications, which were not shown before. `away` means that they were missed while disconnected, and
   * not in a gap while connected.
   */
  | { type: 'show'; epoch: string; publications: LivePublication[]; delivery: Delivery; away: boolean }
  | { type: 'gone'; ids: string[]; reason: GoneReason }
  /**
   * Some publications between these positions can't be recovered. If `erased`, remove all of the feed's notifications.
   */
  | { type: 'missed'; from: Position; to: Position; erased: boolean }
  | { type: 'moved'; position: Position }
  /** All publications up to the response's head have been shown. */
  | { type: 'caught-up'; away: boolean };
