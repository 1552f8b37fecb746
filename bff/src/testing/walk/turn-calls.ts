import type { Position } from '@tocsin/contracts';
import { SignatureError } from '@tocsin/service';
import { openCall, proveAnswer, readAnswer, signCall, type SignedCall } from '../../dapr/signed-call.ts';
import type { CallerKnowledge } from '../../deliver/load.ts';
import type { Announced, TurnResult } from '../../deliver/take.ts';
import { CallFailed } from './calls.ts';
import type { WalkInstance } from './instance.ts';
import { FEED } from './producers.ts';
import type { World } from './world.ts';

/** Where the actor is for those whom a stranger has told that it hosts our actors. */
export const STRANGER = 2;

export const FORGERIES = ['unsigned', 'changed', 'replayed'] as const;
type Forgery = (typeof FORGERIES)[number];

/** A position that no feed comes to. */
const FAR = { epoch: '8000000000000000-forged', offset: 1_000_000 };

const forgedAnswer = () => ({ outcome: 'delivered', position: FAR, proof: 'AAAAAAAAAAAAAAAAAAAAAA' });

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

/** The calls of the feed's actor, wherever each instance believes it to be, and what is known of those under way. */
export class TurnCalls {
  /** Those of one host in the order of their turns. */
  readonly #underWay = new Set<TurnCall>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async call(from: WalkInstance, announced: Announced, caller: CallerKnowledge): Promise<TurnResult> {
    const way = () => from.calls.read(() => undefined);
    const said = signCall(from.signer, { feed: FEED, announced, ...caller });
    await way();
    const { instances, placement } = this.#world;
    const place = placement[from.index] ?? 0;
    const host = place === STRANGER ? undefined : (instances[place] as WalkInstance);
    const heard = announced ? from.heard.of(FEED) : caller.heard;
    const answered = host ? await this.#takeAt(host, said, heard) : forgedAnswer();
    await way();
    const answer = readAnswer(from.signer, said.nonce, answered);
    if (!answer || answer.outcome === 'retry') throw new CallFailed('no host of ours has answered');
    return answer;
  }

  /** Another one than ours calls the actor of a host. The signature is that of a call with another content, if any. */
  forge(host: WalkInstance, heard: Position, how: Forgery): void {
    const { signer } = host;
    const genuine = signCall(signer, { feed: FEED });
    if (how === 'replayed') openCall(signer, genuine.id, genuine.signature, genuine.body);
    const body = how === 'replayed' ? genuine.body : JSON.stringify({ feed: FEED, heard });
    const signature = how === 'unsigned' ? undefined : genuine.signature;
    try {
      openCall(signer, genuine.id, signature, body);
    } catch (error) {
      if (error instanceof SignatureError) return this.#world.report.count('forged calls refused');
      throw error;
    }
    this.#world.report.violation('FORGERY-TAKEN', `${how} call, heard of ${heard.epoch}:${heard.offset}`);
  }

  async #takeAt(host: WalkInstance, said: SignedCall, heard: Position | undefined): Promise<unknown> {
    const { call: opened, nonce } = openCall(host.signer, said.id, said.signature, said.body);
    const result = await new Promise<TurnResult>((resolve, reject) => {
      const epochs = [host.heard.of(FEED), heard].flatMap((known) => (known ? [known.epoch] : []));
      const call = { host, heard, epochs, sawLoss: false, reject };
      this.#underWay.add(call);
      const end = () => this.#underWay.delete(call);
      host.host.turn(FEED, opened.announced, opened).finally(end).then(resolve, reject);
    });
    return proveAnswer(host.signer, nonce, result);
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
