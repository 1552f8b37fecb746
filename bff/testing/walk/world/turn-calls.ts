import type { Position } from '@tocsin/contracts';
import { SignatureError, type Signer } from '@tocsin/service';
import { TAKE_FEED, TAKE_PARTITION } from '../../../src/dapr/calls/actor-methods.ts';
import {
  isRetry,
  openCall,
  proveResult,
  readResult,
  signCall,
  type ActorMethod,
  type SignedCall,
} from '../../../src/dapr/calls/signed-call.ts';
import type { HighWaterMarks } from '../../../src/deliver/load/high-water-marks.ts';
import type { CallerHints } from '../../../src/deliver/load/load-head.ts';
import type { FeedHost } from '../../../src/deliver/turn/feed-host.ts';
import type { PartitionHost } from '../../../src/deliver/turn/partition-host.ts';
import type { Report } from '../check/report.ts';
import { CallError, type Calls } from './calls.ts';
import { FEED, PARTITION } from './places.ts';
import type { Announced, Outcome, TurnResult, AnnouncedEntry } from '../../../src/deliver/turn/turn.ts';

/** The `placement` for an instance that believes a stranger hosts our actors. */
export const STRANGER = 2;

export const FORGERIES = ['unsigned', 'changed', 'replayed'] as const;
type Forgery = (typeof FORGERIES)[number];

/** A position that no feed reaches. */
const FORGED_POSITION = { epoch: '8000000000000000-forged', offset: 1_000_000 };

const forgedResult = () => ({
  outcome: 'delivered',
  position: FORGED_POSITION,
  proof: 'AAAAAAAAAAAAAAAAAAAAAA',
});

/** The parts of an instance that request turns from actors, or that run turns if the instance is the host. */
interface TurnInstance {
  readonly index: number;
  readonly calls: Calls;
  readonly marks: HighWaterMarks;
  readonly signer: Signer;
  readonly host: FeedHost;
  readonly partitionHost: PartitionHost;
}

interface TurnsWorld {
  readonly instances: readonly TurnInstance[];
  /** For each instance, the index of the instance that it believes hosts the actors. */
  readonly placement: readonly number[];
  readonly report: Report;
}

interface TurnCall {
  host: TurnInstance;
  /** The caller's high-water mark. */
  heard: Position | undefined;
  /** The epochs that the host and caller knew when the call was made. */
  epochs: readonly string[];
  /** Whether the store was lost during the call. */
  sawLoss: boolean;
  reject(error: Error): void;
}

/** Sends each call to the instance that, according to the caller, hosts the actors. Tracks the running calls. */
export class TurnCalls {
  /** Calls in progress. A host runs their turns in this order. */
  readonly #runningCalls = new Set<TurnCall>();
  readonly #world: TurnsWorld;

  constructor(world: TurnsWorld) {
    this.#world = world;
  }

  /** Calls the feed's actor, as an instance does if it is missing data. */
  routeFeedTurn(from: TurnInstance, announced: Announced, caller: CallerHints): Promise<TurnResult> {
    return this.#call(
      TAKE_FEED,
      from,
      { feed: FEED, announced, ...caller },
      announced ? from.marks.of(FEED) : caller.heard,
      (host, call) => host.host.takeTurn(FEED, call.announced, call),
    );
  }

  async routePartitionTurn(from: TurnInstance, announced: AnnouncedEntry): Promise<Outcome> {
    const call = { partition: PARTITION, ...announced };
    const result = await this.#call(
      TAKE_PARTITION,
      from,
      call,
      undefined,
      async (host, { run, seq, from }) => ({
        outcome: await host.partitionHost.takeTurn(PARTITION, { run, seq, from }),
      }),
    );
    return result.outcome;
  }

  /**
   * Calls actors on `host` as a stranger would: without a signature, with the signature of another call, or by
   * replaying a call.
   */
  forge(host: TurnInstance, heard: Position, how: Forgery): void {
    this.#forge(TAKE_FEED, host, how, { feed: FEED }, { feed: FEED, heard });
    const entry = { partition: PARTITION, run: 'F0000001', seq: 1 };
    this.#forge(TAKE_PARTITION, host, how, entry, { ...entry, seq: heard.offset + 1_000 });
  }

  #forge<Call, Result extends object>(
    method: ActorMethod<Call, Result>,
    { signer }: TurnInstance,
    how: Forgery,
    genuineCall: Call,
    forged: Call,
  ): void {
    const genuine = signCall(method, signer, genuineCall);
    if (how === 'replayed') openCall(method, signer, genuine.id, genuine.signature, genuine.body);
    const body = how === 'replayed' ? genuine.body : JSON.stringify(forged);
    const signature = how === 'unsigned' ? undefined : genuine.signature;
    try {
      openCall(method, signer, genuine.id, signature, body);
    } catch (error) {
      if (error instanceof SignatureError) return this.#world.report.count('forged calls refused');
      throw error;
    }
    this.#world.report.violation('FORGERY-ACCEPTED', `${how} call of ${method.name}`);
  }

  async #call<Call, Result extends object>(
    method: ActorMethod<Call, Result>,
    from: TurnInstance,
    call: Call,
    heard: Position | undefined,
    turn: (host: TurnInstance, call: Call) => Promise<Result>,
  ): Promise<Result> {
    const delay = () => from.calls.read(() => undefined);
    const signed = signCall(method, from.signer, call);
    await delay();
    const { instances, placement } = this.#world;
    const hostIndex = placement[from.index] ?? 0;
    const host = hostIndex === STRANGER ? undefined : (instances[hostIndex] as TurnInstance);
    const response = host ? await this.#takeAt(method, host, signed, heard, turn) : forgedResult();
    await delay();
    const result = readResult(method, from.signer, signed.nonce, response);
    if (!result || isRetry(result)) throw new CallError('none of our hosts responded');
    return result;
  }

  async #takeAt<Call, Result extends object>(
    method: ActorMethod<Call, Result>,
    host: TurnInstance,
    signed: SignedCall,
    heard: Position | undefined,
    turn: (host: TurnInstance, call: Call) => Promise<Result>,
  ): Promise<unknown> {
    const { call: opened, nonce } = openCall(method, host.signer, signed.id, signed.signature, signed.body);
    const result = await new Promise<Result>((resolve, reject) => {
      const epochs = [host.marks.of(FEED), heard].flatMap((known) => (known ? [known.epoch] : []));
      const call = { host, heard, epochs, sawLoss: false, reject };
      this.#runningCalls.add(call);
      const end = () => this.#runningCalls.delete(call);
      turn(host, opened).finally(end).then(resolve, reject);
    });
    return proveResult(method, host.signer, nonce, result);
  }

  /**
   * Returns the high-water mark of the caller whose turn the host is running, or `undefined` if the store has been lost
   * since then.
   */
  knownByCallerOf(host: TurnInstance): Position | undefined {
    return this.sawLoss(host) ? undefined : this.#turnOf(host)?.heard;
  }

  epochsKnownAtStart(host: TurnInstance): readonly string[] {
    return this.#turnOf(host)?.epochs ?? [];
  }

  sawLoss(host: TurnInstance): boolean {
    return this.#turnOf(host)?.sawLoss ?? false;
  }

  onStoreLost(): void {
    for (const call of this.#runningCalls) call.sawLoss = true;
  }

  onKilled(host: TurnInstance): void {
    for (const call of this.#runningCalls) if (call.host === host) call.reject(new CallError('killed'));
  }

  #turnOf(host: TurnInstance): TurnCall | undefined {
    return [...this.#runningCalls].find((call) => call.host === host);
  }
}
