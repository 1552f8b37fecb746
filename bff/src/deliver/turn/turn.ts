import type { Position, PublishedPosition, SetAside } from '@tocsin/contracts';
import type { Commit, FeedBatch } from '../../feed/commit/plan-commit.ts';
import type { LimitsOf } from '../../feed/limits.ts';
import type { CommitDependencies } from '../append/prepare-commit.ts';
import type { ConfirmDependencies } from '../broadcast/confirm.ts';
import type { CallerHints, LoadedHead } from '../load/load-head.ts';
import type { PlacedItem } from '../peek/check-items.ts';
import type { SetAsideStore, StoreOrigin } from '../ports.ts';

/** An announcement's outcome. If the outcome is unknown, the turn rejects and is retried. */
export type Outcome = 'delivered' | 'already-claimed' | 'set-aside';

export interface TurnResult {
  outcome: Outcome;
  position: Position;
}

export interface TurnEvents {
  lossDetected(feed: string, reason: string): void;
  appended(feed: string, batch: FeedBatch | undefined, commit: Commit): void;
  /** Called when a partition's entries in a run have been popped, up to `to`. */
  claimed(batch: Pick<FeedBatch, 'run' | 'partition' | 'to' | 'traces'>): void;
  setAside(record: SetAside): void;
}

export interface TurnDependencies extends CommitDependencies, ConfirmDependencies {
  origin: StoreOrigin;
  setAside: SetAsideStore;
  events: TurnEvents;
}

/**
 * A committed item. Only notifications that this commit published have a `position`. Retractions, erasures, and
 * notifications from earlier turns don't.
 */
export interface CommittedItem extends PlacedItem {
  position?: PublishedPosition;
}

/**
 * Called with a batch's items once they are committed and broadcast, and again if the turn is retried. `items` excludes
 * erased, retracted and suppressed notifications. If the call rejects, the turn is retried. The entries stay in the
 * store until the call resolves.
 */
export type OnItems = (items: ReadonlyMap<string, readonly CommittedItem[]>) => Promise<void>;

/** Turn dependencies shared by all feeds; only the limits depend on the feed. */
export interface TurnsDependencies extends Omit<TurnDependencies, 'limits'> {
  limitsOf: LimitsOf;
  onItems?: OnItems | undefined;
}

/** The highest announced entry of a run. If several entries were announced, `from` is the lowest number. */
export interface AnnouncedEntry {
  run: string;
  seq: number;
  from?: number | undefined;
}

/** The entries to process. If `undefined`, the turn only makes sure that the feed has a valid head. */
export type Announced = AnnouncedEntry | undefined;

/** Runs a turn on this or another instance. Rejects if the outcome is unknown. */
export type TurnTaker<Name, Result, A extends Announced = Announced> = (
  name: Name,
  announced: A,
  caller: CallerHints,
) => Promise<Result>;
export type FeedTurnTaker = TurnTaker<string, TurnResult>;
export type PartitionTurnTaker = TurnTaker<number, Outcome, AnnouncedEntry>;

/** Orders a turn relative to the feed's or partition's other turns in this process. */
export interface TurnOrder {
  /** Resolves when the previous turn has ended, successfully or not. This turn must not write before that. */
  before: Promise<void>;
  /** Call to let the next turn start reading. Optional: the end of this turn does the same. */
  committed: () => void;
}

/** Returns the run's last entry number that the head records as committed, or `undefined` for an unknown run. */
export const lastDone = ({ base }: Pick<LoadedHead, 'base'>, run: string): number | undefined =>
  base && Object.hasOwn(base.producers, run) ? base.producers[run]?.[0] : undefined;
