import {
  faultsOf,
  feedKey,
  feedSchema,
  parseJson,
  positionSchema,
  runSchema,
  seqSchema,
  type Fault,
} from '@tocsin/contracts';
import { actorCallPurpose, type Signer } from '@tocsin/service';
import { z } from 'zod';
import { isEpoch } from '../feed/position.ts';

export const FEED_METHOD = 'take';

/** The answer of the actor. It never throws, so that a failed call means that the host was not reached. */
const answerSchema = z.union([
  z.object({ outcome: z.enum(['delivered', 'already-claimed', 'set-aside']), position: positionSchema }),
  z.object({ outcome: z.literal('retry'), reason: z.string() }),
]);
export type FeedAnswer = z.infer<typeof answerSchema>;

const heardSchema = positionSchema.refine(({ epoch }) => isEpoch(epoch), 'has an epoch that is none');

/** The argument of the actor's method. */
const callSchema = z.object({
  feed: feedSchema,
  announced: z.object({ run: runSchema, seq: seqSchema }).optional(),
  heard: heardSchema.optional(),
  lostDocument: z.string().max(512).optional(),
});
export type FeedCall = z.infer<typeof callSchema>;

/** One attempt of a call. Its answer is proven with `nonce`. */
export interface SignedCall {
  id: string;
  body: string;
  signature: string;
  nonce: string;
}

/** A call that is from our own and cannot be used all the same. */
export class InvalidCallError extends Error {
  override readonly name = 'InvalidCallError';
  readonly errors: Fault[];

  constructor(errors: Fault[]) {
    super('The call cannot be used; errors lists every fault.');
    this.errors = errors;
  }
}

/** Signs one attempt of a call. */
export function signCall(signer: Signer, call: FeedCall): SignedCall {
  const id = feedKey(call.feed);
  const body = JSON.stringify(call);
  return { id, body, ...signer.sign(actorCallPurpose(FEED_METHOD, id), body) };
}

/**
 * Takes a call of the actor `id`, once.
 * @throws SignatureError when it is not one of our own, InvalidCallError when it cannot be used
 */
export function openCall(
  signer: Signer,
  id: string,
  signature: string | undefined,
  body: string | Uint8Array,
): { call: FeedCall; nonce: string } {
  const nonce = signer.check(signature, actorCallPurpose(FEED_METHOD, id), body);
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const call = callSchema.safeParse(parseJson(text));
  if (!call.success) throw new InvalidCallError(faultsOf(call.error));
  if (feedKey(call.data.feed) !== id)
    throw new InvalidCallError([{ path: 'feed', message: 'is not that of the actor' }]);
  return { call: call.data, nonce };
}

/** The answer with the proof that a host of our own has given it to the call with this nonce. */
export const proveAnswer = (signer: Signer, nonce: string, answer: FeedAnswer) => ({
  ...answer,
  proof: signer.proofOf(...factsOf(nonce, answer)),
});

const provenSchema = z.looseObject({ proof: z.string() });

/** The answer to the call with this nonce; `undefined` when it is not proven to be from a host of our own. */
export function readAnswer(signer: Signer, nonce: string, answered: unknown): FeedAnswer | undefined {
  const answer = answerSchema.safeParse(answered);
  const proven = provenSchema.safeParse(answered);
  if (!answer.success || !proven.success) return undefined;
  return signer.isProof(proven.data.proof, ...factsOf(nonce, answer.data)) ? answer.data : undefined;
}

const factsOf = (nonce: string, answer: FeedAnswer): (string | number)[] =>
  answer.outcome === 'retry'
    ? ['answer', nonce, answer.outcome, answer.reason]
    : ['answer', nonce, answer.outcome, answer.position.epoch, answer.position.offset];
