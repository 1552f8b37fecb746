import type { GoneReason, LivePublication, Page, Position, PublicationsEvent } from '@tocsin/contracts';

/** Everything that can happen to a feed of a client. */
export type MergeEvent =
  /** A socket is connected. It may have replaced another one without a break. */
  | { type: 'connected' }
  | { type: 'disconnected' }
  | ({ type: 'publications' } & Omit<PublicationsEvent, 'feed'>)
  | { type: 'position'; position: Position }
  /** Removed wherever they are, even behind a gap. Their publications still arrive in order. */
  | { type: 'retracted'; ids: readonly string[] }
  /** The server acknowledged the pending subscribe. */
  | { type: 'answer'; page: Omit<Page, 'feed'> }
  /** The server refused the pending subscribe temporarily, or did not answer. */
  | { type: 'refused' }
  | { type: 'retry' }
  /** A gap is still open 500 ms after `gap-opened`. */
  | { type: 'gap-stayed' }
  /** Nothing was received for the feed for 25 s. */
  | { type: 'silence' };

/**
 * How publications arrived: pushed; recovered from a position; or in the newest page, because they could not be
 * recovered.
 */
export type Delivery = 'live' | 'recovered' | 'snapshot';

/** What the caller must do, in this order. */
export type MergeEffect =
  | { type: 'subscribe'; position: Position | undefined }
  /** Back off, then send `retry`. */
  | { type: 'ask-later' }
  | { type: 'gap-opened' }
  | { type: 'gap-closed' }
  /** To be shown for the first time. `away`: missed while disconnected, not in a gap of a live connection. */
  | { type: 'show'; epoch: string; publications: LivePublication[]; delivery: Delivery; away: boolean }
  | { type: 'gone'; ids: string[]; reason: GoneReason }
  /** Publications between these positions are lost for good. `erased`: forget everything that was shown. */
  | { type: 'missed'; from: Position; to: Position; erased: boolean }
  | { type: 'moved'; position: Position }
  /** Everything up to the feed's head at the time of the answer has been shown. */
  | { type: 'caught-up'; away: boolean };
