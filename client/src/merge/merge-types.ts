import type { GoneReason, LivePublication, Page, Position, PublicationsEvent } from '@tocsin/contracts';

/** What happens to one feed of one client. */
export type MergeEvent =
  /** A socket is connected; also when another one took the place of the last without a break. */
  | { type: 'connected' }
  | { type: 'disconnected' }
  | ({ type: 'publications' } & Omit<PublicationsEvent, 'feed'>)
  | { type: 'position'; position: Position }
  /** Gone wherever they stand, also behind a gap; their place in the order comes with the publications. */
  | { type: 'retracted'; ids: readonly string[] }
  /** The acknowledgement of the subscribe under way. */
  | { type: 'answer'; page: Omit<Page, 'feed'> }
  /** The subscribe under way was refused for now, or not answered. */
  | { type: 'refused' }
  | { type: 'retry' }
  /** A gap has stayed for 500 ms since `gap-opened`. */
  | { type: 'gap-stayed' }
  /** Nothing was heard of the feed for 25 s. */
  | { type: 'silence' };

/**
 * How publications came: pushed; as the answer to a position; or as the newest page, because what was missed
 * could not be recovered.
 */
export type Delivery = 'live' | 'recovered' | 'snapshot';

/** What is to be done, in this order. */
export type MergeEffect =
  | { type: 'subscribe'; position: Position | undefined }
  /** Back off, then say `retry`. */
  | { type: 'ask-later' }
  | { type: 'gap-opened' }
  | { type: 'gap-closed' }
  /** Shown for the first time. `away`: they were missed while there was no connection, not in a hole of a live one. */
  | { type: 'show'; epoch: string; publications: LivePublication[]; delivery: Delivery; away: boolean }
  | { type: 'gone'; ids: string[]; reason: GoneReason }
  /** Something between these positions was missed for good; `erased`: all that was shown is to be forgotten. */
  | { type: 'missed'; from: Position; to: Position; erased: boolean }
  | { type: 'moved'; position: Position }
  /** Everything up to the feed's head at the time of the answer has been shown. */
  | { type: 'caught-up'; away: boolean };
