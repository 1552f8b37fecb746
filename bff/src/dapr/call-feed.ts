import { ACTOR_TYPE, feedKey, positionSchema } from '@tocsin/contracts';
import type { Sidecar } from '@tocsin/service';
import { z } from 'zod';
import type { CallFeed } from '../deliver/receive.ts';

export const FEED_METHOD = 'take';

const resultSchema = z.object({
  outcome: z.enum(['delivered', 'already-claimed', 'set-aside']),
  position: positionSchema,
});

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
export const createCallFeed =
  (sidecar: Sidecar, timeoutMs: number): CallFeed =>
  async (feed, announced, caller) => {
    const answer = await sidecar.callActor(
      ACTOR_TYPE,
      feedKey(feed),
      FEED_METHOD,
      { feed, announced, ...caller },
      timeoutMs,
    );
    return resultSchema.parse(answer);
  };
