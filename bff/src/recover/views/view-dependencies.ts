import type { PositionEvent, PublicationsEvent } from '@tocsin/contracts';
import type { HighWaterMarks } from '../../deliver/load/high-water-marks.ts';
import type { FeedLog, PositionProofs, StoreOrigin } from '../../deliver/ports.ts';
import type { IconFilter } from '../../feed/icons.ts';
import type { FeedLimits } from '../../feed/limits.ts';
import type { RingLimits } from '../ring/ring.ts';
import type { FeedTurnTaker } from '../../deliver/turn/turn.ts';

export interface ViewDependencies {
  log: FeedLog;
  origin: StoreOrigin;
  marks: HighWaterMarks;
  proofs: Pick<PositionProofs, 'verify'>;
  routeFeedTurn: FeedTurnTaker;
  limits: FeedLimits;
  ring: RingLimits;
  now: () => number;
  /** Removes icon images that the deployment doesn't allow. Applied to all publications that are read or received. */
  withAllowedIcons?: IconFilter;
  /** Called with publications found by a comparison, to send them to browsers. */
  onMissed?: (event: PublicationsEvent) => void;
  /**
   * Called with the number of publications that were sent again to browsers that already had them. This happens because
   * events go to all browsers, and a browser that joined later needs the publications.
   */
  onResent?: (count: number) => void;
  /** Called with the feed's position if it doesn't follow the known position, for example in a new epoch. */
  onMoved?: (position: PositionEvent) => void;
}
