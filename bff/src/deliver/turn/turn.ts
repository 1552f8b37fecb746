import type { Position, PublishedAt, SetAside } from '@tocsin/contracts';
import type { Commit, FeedBatch } from '../../feed/commit/plan-commit.ts';
import type { LimitsOf } from '../../feed/limits.ts';
import type { CommitDependencies } from '../append/prepare-commit.ts';
import type { ConfirmDependencies } from '../broadcast/confirm.ts';
import type { CallerKnowledge, LoadedHead } from '../load/load-head.ts';
import type { PlacedItem } from '../peek/check-items.ts';
import type { SetAsideStore, StoreOrigin } from '../ports.ts';

/** The outcome of an announcement. If the outcome is unknown, the turn rejects and is retried. */
export type Outcome = 'delivered' | 'already-claimed' | 'set-aside';

export interface TurnResult {
  outcome: Outcome;
  position: Position;
}

export interface TurnEvents {
  lossNoticed(feed: string, reason: string): void;
  appended(feed: string, taken: FeedBatch | undefined, commit: Commit): void;
  /** Called when the entries of a partition's run have been popped, up to `to`. */
  claimed(taken: Pick<FeedBatch, 'run' | 'partition' | 'to' | 'traces'>): void;
  setAside(record: SetAside): void;
}

export interface TurnDependencies extends CommitDependencies, ConfirmDependencies {
  origin: StoreOrigin;
  setAside: SetAsideStore;
  events: TurnEvents;
}

/**
 * An item after its commit. Retractions and erasures have no `position`, nor do notifications that this commit did not
 * publish, for example because the feed already had them.
 */
export interface CommittedItem extends PlacedItem {
  position?: PublishedAt;
}

/**
 * Called with the items of a batch once they are committed and broadcast, and again if the turn is retried. Erased and
 * retracted notifications are left out. If it rejects, the turn is retried: the entries stay until it resolves.
 */
export type OnItems = (items: ReadonlyMap<string, readonly CommittedItem[]>) => Promise<void>;

/** The dependencies that the turns of all feeds share; only the limits depend on the feed. */
export interface TurnsDependencies extends Omit<TurnDependencies, 'limits'> {
  limitsOf: LimitsOf;
  onItems?: OnItems | undefined;
}

/** The highest announced entry of a run. `from` is the lowest one, if more than one was announced. */
export interface AnnouncedEntry {
  run: string;
  seq: number;
  from?: number | undefined;
}

/** The entries that a turn must process. If `undefined`, the turn only makes sure that the feed has a valid head. */
export type Announced = AnnouncedEntry | undefined;

/** Takes a turn, on this or another instance. Rejects when the outcome is unknown. */
export type TurnTaker<Name, Result, A extends Announced = Announced> = (
  name: Name,
  announced: A,
  caller: CallerKnowledge,
) => Promise<Result>;
export type FeedTurnTaker = TurnTaker<string, TurnResult>;
export type PartitionTurnTaker = TurnTaker<number, Outcome, AnnouncedEntry>;

/** Orders a turn among the other turns of its feed or partition in this process. */
export interface TurnOrder {
  /** Resolves when the previous turn has ended, successfully or not. Until then, this turn only reads. */
  before: Promise<void>;
  /** Call when the next turn may start to read. The call is optional: the end of this turn has the same effect. */
  committed: () => void;
}

/** The number up to which the head has the run's entries; `undefined` for an unknown run. */
export const lastDone = ({ base }: Pick<LoadedHead, 'base'>, run: string): number | undefined =>
  base && Object.hasOwn(base.producers, run) ? base.producers[run]?.[0] : undefined;
