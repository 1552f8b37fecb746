import type { Position } from '@tocsin/contracts';
import type { CallerKnowledge } from '../../deliver/load.ts';
import type { Announced, Outcome, TurnResult } from '../../deliver/take.ts';
import { CallFailed } from './calls.ts';
import type { WalkInstance } from './instance.ts';
import { FEED, PARTITION } from './producers.ts';
import type { World } from './world.ts';

interface TurnCall {
  host: WalkInstance;
  /** What its caller had heard. */
  heard: Position | undefined;
  /** The epochs that host and caller had heard of when it was made. */
  epochs: readonly string[];
  /** Whether the store was lost while it was under way. */
  sawLoss: boolean;
  reject(error: Error): void;
}

/** The calls of the actors, wherever each instance believes it to be, and what is known of those under way. */
export class TurnCalls {
  /** Those of one host in the order of their turns. */
  readonly #underWay = new Set<TurnCall>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** A call of the feed itself, as a reader makes it that misses something. */
  callFeed(from: WalkInstance, caller: CallerKnowledge): Promise<TurnResult> {
    const said = structuredClone(caller);
    return this.#call(from, said.heard, (host) => host.host.turn(FEED, undefined, said));
  }

  callPartition(from: WalkInstance, announced: Announced): Promise<Outcome> {
    if (!announced) throw new Error('a partition is called with an entry');
    return this.#call(from, undefined, (host) => host.partitionHost.turn(PARTITION, announced));
  }

  async #call<T>(
    from: WalkInstance,
    heard: Position | undefined,
    turn: (host: WalkInstance) => Promise<T>,
  ): Promise<T> {
    const way = () => from.calls.read(() => undefined);
    await way();
    const { instances, placement } = this.#world;
    const host = instances[placement[from.index] ?? 0] as WalkInstance;
    const result = await new Promise<T>((resolve, reject) => {
      const epochs = [host.heard.of(FEED), heard].flatMap((known) => (known ? [known.epoch] : []));
      const call = { host, heard, epochs, sawLoss: false, reject };
      this.#underWay.add(call);
      const end = () => this.#underWay.delete(call);
      turn(host).finally(end).then(resolve, reject);
    });
    await way();
    return structuredClone(result);
  }

  /** What the caller of the host's turn under way had heard, unless the store was lost since. */
  heardByCallerOf(host: WalkInstance): Position | undefined {
    return this.sawLoss(host) ? undefined : this.#turnOf(host)?.heard;
  }

  epochsBefore(host: WalkInstance): readonly string[] {
    return this.#turnOf(host)?.epochs ?? [];
  }

  sawLoss(host: WalkInstance): boolean {
    return this.#turnOf(host)?.sawLoss ?? false;
  }

  storeLost(): void {
    for (const call of this.#underWay) call.sawLoss = true;
  }

  killed(host: WalkInstance): void {
    for (const call of this.#underWay) if (call.host === host) call.reject(new CallFailed('killed'));
  }

  #turnOf(host: WalkInstance): TurnCall | undefined {
    return [...this.#underWay].find((call) => call.host === host);
  }
}
