import { SIGNATURE_HEADER, SidecarError, type Sidecar, type Signer } from '@tocsin/service';
import { TemporaryError } from '../../deliver/errors.ts';
import { HostUnreachableError } from '../../deliver/route/route-turn.ts';
import { isRetry, readResult, signCall, type ActorMethod } from './signed-call.ts';

export interface CallActorOptions {
  sidecar: Sidecar;
  signer: () => Promise<Signer>;
  timeoutMs: number;
}

/**
 * Calls an actor through the sidecar. Creates a new signature for each call. Any application can offer to host our
 * actors, so a host counts as unreachable if its response has no valid proof. Without the timeout, calls would hang
 * while Dapr's placement service is down.
 */
export function createCallActor<Call, Result extends object>(
  { sidecar, signer, timeoutMs }: CallActorOptions,
  type: string,
  method: ActorMethod<Call, Result>,
): (call: Call) => Promise<Result> {
  return async (call) => {
    const ownSigner = await signer();
    const { id, body, signature, nonce } = signCall(method, ownSigner, call);
    const headers = { [SIGNATURE_HEADER]: signature };
    let response: unknown;
    try {
      response = await sidecar.callActor(type, id, method.name, body, { headers, timeoutMs });
    } catch (cause) {
      if (!(cause instanceof SidecarError)) throw cause;
      const mayStillBeWorking = cause.status === undefined;
      const message = `cannot reach the host of ${type} ${id}: ${cause.message}`;
      throw new HostUnreachableError(message, { mayStillBeWorking, cause });
    }
    const result = readResult(method, ownSigner, nonce, response);
    if (!result)
      throw new HostUnreachableError(
        `the response from ${type} ${id} has no valid proof, so it did not come from one of our instances`,
        { mayStillBeWorking: false },
      );
    if (isRetry(result))
      throw new TemporaryError(`the turn of ${type} ${id} must be retried: ${result.reason}`);
    return result;
  };
}
