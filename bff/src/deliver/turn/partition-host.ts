import { pause } from '@tocsin/contracts/pause';
import { HostedActors } from '../route/hosted-actors.ts';
import type { Checkpoints } from '../ports.ts';
import { TemporaryError } from '../errors.ts';
import { TurnQueue } from './turn-queue.ts';
import { Claimer } from '../claim/claimer.ts';
import { Progress } from '../claim/progress.ts';
import {
  takePartitionTurn,
  type PartitionState,
  type PartitionTurnDependencies,
  type PartitionTurnResult,
} from './partition-turn.ts';
import type { Outcome, TurnOrder, AnnouncedEntry } from './turn.ts';

const ATTEMPTS = 3;
const MAX_PAUSE_MS = 20;

export interface PartitionHostDependencies extends PartitionTurnDependencies {
  checkpoints: Checkpoints;
  /** Waits before retrying a turn. Tests replace it; the default waits in real time. */
  pause?: ((ms: number) => Promise<void>) | undefined;
  /** Wraps each turn so that it can be traced. */
  wrapTurn?: (<T>(turn: () => Promise<T>) => Promise<T>) | undefined;
}

/** Runs turns for the partitions that this instance hosts, one at a time per partition. */
export class PartitionHost {
  readonly #dependencies: PartitionHostDependencies;
  readonly #states = new Map<number, PartitionState>();
  readonly #queues = new Map<number, TurnQueue<PartitionTurnResult>>();
  readonly #hosted = new HostedActors();

  constructor(dependencies: PartitionHostDependencies) {
    this.#dependencies = dependencies;
  }

  /** Runs a turn that Dapr routed here because this instance hosts the partition's actor. */
  takeRoutedTurn(partition: number, announced: AnnouncedEntry): Promise<Outcome> {
    this.#hosted.add(String(partition));
    return this.takeTurn(partition, announced);
  }

  /** Whether Dapr has recently routed a turn of the partition here. */
  isHostedHere(partition: number): boolean {
    return this.#hosted.has(String(partition));
  }

  /** Processes the run's entries up to the announced entry. Rejects if the announcement must be redelivered. */
  async takeTurn(partition: number, announced: AnnouncedEntry): Promise<Outcome> {
    const { outcome, claimed } = await this.#queueOf(partition).enqueue(announced, {});
    await claimed;
    return outcome;
  }

  /** Drops the partition's cached state; the next turn reloads it. */
  deactivate(partition: number): void {
    this.#states.delete(partition);
    this.#hosted.remove(String(partition));
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.settled()));
  }

  #queueOf(partition: number): TurnQueue<PartitionTurnResult> {
    let queue = this.#queues.get(partition);
    if (!queue) {
      queue = new TurnQueue(
        async (announced, _caller, order) => {
          if (!announced) throw new Error("a partition's turn needs an announced entry");
          const take = () => this.#take(partition, announced, order);
          const result = await (this.#dependencies.wrapTurn ? this.#dependencies.wrapTurn(take) : take());
          // Callers handle their own rejections. This only prevents an unhandled rejection when no caller is waiting.
          result.claimed.catch(() => undefined);
          return result;
        },
        () => this.#queues.delete(partition),
      );
      this.#queues.set(partition, queue);
    }
    return queue;
  }

  /** Retries a turn after a temporary failure, for example if another host or a feed's own turn wrote a head first. */
  async #take(partition: number, announced: AnnouncedEntry, order: TurnOrder): Promise<PartitionTurnResult> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await takePartitionTurn(announced, this.#stateOf(partition), this.#dependencies, order);
      } catch (error) {
        if (!(error instanceof TemporaryError) || attempt === ATTEMPTS) throw error;
        await (this.#dependencies.pause ?? pause)(Math.random() * MAX_PAUSE_MS * attempt);
      }
    }
  }

  #stateOf(partition: number): PartitionState {
    let state = this.#states.get(partition);
    if (!state) {
      const progress = new Progress(partition, this.#dependencies);
      state = { partition, progress, claimer: new Claimer(partition, progress, this.#dependencies) };
      this.#states.set(partition, state);
    }
    return state;
  }
}
