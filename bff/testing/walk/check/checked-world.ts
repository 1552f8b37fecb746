import type { Position } from '@tocsin/contracts';
import type { FeedLimits } from '../../../src/feed/limits.ts';
import type { Store } from '../world/store.ts';

/** The parts of the world that the checker reads. */
export interface CheckedWorld {
  readonly store: Store;
  /** Whether the store has ever lost data. */
  readonly storeLost: boolean;
  readonly position: Position | undefined;
  readonly clock: number;
  readonly limits: FeedLimits;
  /** When each expiring notification expires, keyed by id. */
  readonly expiresAtById: ReadonlyMap<string, string>;
  readonly instances: readonly { readonly view: { readonly position: Position | undefined } }[];
}
