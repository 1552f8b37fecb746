import { faultsOf, parseJson, type Fault } from '@tocsin/contracts';
import { actorCallPurpose, type Signer } from '@tocsin/service';
import { z } from 'zod';

/** An actor method: the contract between our callers and hosts. */
export interface ActorMethod<Call, Result extends object> {
  /** Unique across all actor types so that a call can't be mistaken for a call to another type. */
  name: string;
  callSchema: z.ZodType<Call>;
  /** The result of a completed turn. */
  resultSchema: z.ZodType<Result>;
  idOf: (call: Call) => string;
  /** All values in the result. The proof covers all of them. */
  factsOf: (result: Result) => readonly (string | number)[];
}

/** Tells the caller to retry the turn. The actor never throws, so a failed call means that the host was not reached. */
const retrySchema = z.object({ outcome: z.literal('retry'), reason: z.string() });
export type Retry = z.infer<typeof retrySchema>;

const provenSchema = z.looseObject({ proof: z.string() });

/** A single attempt at a call. The result's proof covers `nonce`. */
export interface SignedCall {
  id: string;
  body: string;
  signature: string;
  nonce: string;
}

/** Thrown for a call that one of our instances signed, but whose content is invalid. */
export class InvalidCallError extends Error {
  override readonly name = 'InvalidCallError';
  readonly errors: Fault[];

  constructor(errors: Fault[]) {
    super('The call is invalid; see errors.');
    this.errors = errors;
  }
}

export function signCall<Call, Result extends object>(
  method: ActorMethod<Call, Result>,
  signer: Signer,
  call: Call,
): SignedCall {
  const id = method.idOf(call);
  const body = JSON.stringify(call);
  return { id, body, ...signer.sign(actorCallPurpose(method.name, id), body) };
}

/**
 * Checks and decodes a call to the actor `id`. Each signature is accepted only once.
 * @throws SignatureError if the call didn't come from our own instances, InvalidCallError if the content is invalid
 */
export function openCall<Call, Result extends object>(
  method: ActorMethod<Call, Result>,
  signer: Signer,
  id: string,
  signature: string | undefined,
  body: string | Uint8Array,
): { call: Call; nonce: string } {
  const nonce = signer.check(signature, actorCallPurpose(method.name, id), body);
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const call = method.callSchema.safeParse(parseJson(text));
  if (!call.success) throw new InvalidCallError(faultsOf(call.error));
  if (method.idOf(call.data) !== id)
    throw new InvalidCallError([{ path: '', message: 'is not for this actor' }]);
  return { call: call.data, nonce };
}

/** Adds proof that our own host returned this result for the call with this nonce. */
export const proveResult = <Call, Result extends object>(
  method: ActorMethod<Call, Result>,
  signer: Signer,
  nonce: string,
  result: Result | Retry,
) => ({
  ...result,
  proof: signer.proofOf('answer', nonce, ...factsOf(method, result)),
});

/** Returns the result of the call with this nonce, or `undefined` without proof that our own host returned it. */
export function readResult<Call, Result extends object>(
  method: ActorMethod<Call, Result>,
  signer: Signer,
  nonce: string,
  response: unknown,
): Result | Retry | undefined {
  const result = z.union([method.resultSchema, retrySchema]).safeParse(response);
  const proven = provenSchema.safeParse(response);
  if (!result.success || !proven.success) return undefined;
  const isProof = signer.isProof(proven.data.proof, 'answer', nonce, ...factsOf(method, result.data));
  return isProof ? result.data : undefined;
}

export const isRetry = (result: object): result is Retry => 'outcome' in result && result.outcome === 'retry';

const factsOf = <Call, Result extends object>(
  method: ActorMethod<Call, Result>,
  result: Result | Retry,
): readonly (string | number)[] =>
  isRetry(result) ? [result.outcome, result.reason] : method.factsOf(result);
