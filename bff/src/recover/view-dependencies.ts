import type { PositionEvent, PublicationsEvent } from '@tocsin/contracts';
import type { HighWaterMarks } from '../deliver/load/high-water-marks.ts';
import type { FeedLog, PositionProofs, StoreOrigin } from '../deliver/ports.ts';
import type { FeedLimits } from '../feed/limits.ts';
import type { RingLimits } from './ring.ts';
import type { FeedTurnTaker } from '../deliver/turn/turn.ts';

export interface ViewDependencies {
  log: FeedLog;
  origin: StoreOrigin;
  marks: HighWaterMarks;
  proofs: Pick<PositionProofs, 'hold'>;
  routeFeedTurn: FeedTurnTaker;
  limits: FeedLimits;
  ring: RingLimits;
  now: () => number;
  /** Told what a comparison has found that no broadcast had brought, so that browsers need not ask for it. */
  onMissed?: (event: PublicationsEvent) => void;
  /** Told how many publications were sent to browsers that had them, since others joined meanwhile that had not. */
  onSentTwice?: (count: number) => void;
  /** Told where the feed stands when what was known of it does not continue there, as in a new epoch. */
  onMoved?: (position: PositionEvent) => void;
}
