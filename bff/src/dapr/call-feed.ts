import { ACTOR_TYPE } from '@tocsin/contracts';
import { SIGNATURE_HEADER, SidecarError, type Sidecar, type Signer } from '@tocsin/service';
import { TemporaryError } from '../deliver/errors.ts';
import { HostUnreachableError } from '../deliver/reach-feed.ts';
import type { CallFeed } from '../deliver/receive.ts';
import { FEED_METHOD, readAnswer, signCall, type FeedAnswer, type FeedCall } from './signed-call.ts';

export interface CallActorOptions {
  sidecar: Sidecar;
  /** Resolves once the secret is known. */
  signer: () => Promise<Signer>;
  timeoutMs: number;
}

/**
 * Calls a feed's actor through the sidecar, signed anew each time. An answer that is not proven counts as none: any
 * application can offer to host our actors. The time-out is needed: while placement is down a call hangs for ever.
 */
export const createCallActor =
  (options: CallActorOptions): CallFeed =>
  async (feed, announced, caller) => {
    const answer = await call(options, { feed, announced, ...caller });
    if (answer.outcome === 'retry')
      throw new TemporaryError(`the turn of ${feed} has to be repeated: ${answer.reason}`);
    return answer;
  };

async function call(
  { sidecar, signer, timeoutMs }: CallActorOptions,
  feedCall: FeedCall,
): Promise<FeedAnswer> {
  const own = await signer();
  const { id, body, signature, nonce } = signCall(own, feedCall);
  const headers = { [SIGNATURE_HEADER]: signature };
  let answered: unknown;
  try {
    answered = await sidecar.callActor(ACTOR_TYPE, id, FEED_METHOD, body, { headers, timeoutMs });
  } catch (cause) {
    if (!(cause instanceof SidecarError)) throw cause;
    const late = cause.status === undefined;
    throw new HostUnreachableError(`the host of ${feedCall.feed} was not reached: ${cause.message}`, {
      late,
      cause,
    });
  }
  const answer = readAnswer(own, nonce, answered);
  if (answer) return answer;
  throw new HostUnreachableError(`what answered for ${feedCall.feed} is no host of ours`, { late: false });
}
