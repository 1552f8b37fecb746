import { ACTOR_TYPE, feedKey, positionSchema } from '@tocsin/contracts';
import { SidecarError, type Sidecar } from '@tocsin/service';
import { z } from 'zod';
import { TemporaryError } from '../deliver/errors.ts';
import { HostUnreachableError } from '../deliver/reach-feed.ts';
import type { CallFeed } from '../deliver/receive.ts';

export const FEED_METHOD = 'take';

/** What the actor answers. It never throws, so that a failed call means that the host was not reached. */
const answerSchema = z.union([
  z.object({ outcome: z.enum(['delivered', 'already-claimed', 'set-aside']), position: positionSchema }),
  z.object({ outcome: z.literal('retry'), reason: z.string() }),
]);
export type FeedAnswer = z.infer<typeof answerSchema>;

/** What the actor's method takes. */
export const callSchema = z.object({
  feed: z.string(),
  announced: z.object({ run: z.string(), seq: z.number() }).optional(),
  heard: positionSchema.optional(),
  lostDocument: z.string().optional(),
});
export type FeedCall = z.infer<typeof callSchema>;

/**
 * Calls a feed's actor through the sidecar. The time-out is needed: while placement is down a call hangs for ever.
 */
export const createCallActor =
  (sidecar: Sidecar, timeoutMs: number): CallFeed =>
  async (feed, announced, caller) => {
    const answer = answerSchema.parse(await call(sidecar, { feed, announced, ...caller }, timeoutMs));
    if (answer.outcome === 'retry')
      throw new TemporaryError(`the turn of ${feed} has to be repeated: ${answer.reason}`);
    return answer;
  };

async function call(sidecar: Sidecar, body: FeedCall, timeoutMs: number): Promise<unknown> {
  try {
    return await sidecar.callActor(ACTOR_TYPE, feedKey(body.feed), FEED_METHOD, body, timeoutMs);
  } catch (cause) {
    if (!(cause instanceof SidecarError)) throw cause;
    const late = cause.status === undefined;
    throw new HostUnreachableError(`the host of ${body.feed} was not reached: ${cause.message}`, {
      late,
      cause,
    });
  }
}
