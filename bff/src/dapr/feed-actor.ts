import { AbstractActor } from '@dapr/dapr';
import { ACTOR_TYPE } from '@tocsin/contracts';
import type { FeedHost } from '../deliver/feed-host.ts';
import type { TurnResult } from '../deliver/take.ts';
import { callSchema, FEED_METHOD, type FeedAnswer } from './call-feed.ts';

/**
 * The actor class of this instance. The SDK makes the objects, so the class carries its host; its name is the actor
 * type, and the SDK's state manager is not used: its cache goes stale when an actor moves away and back.
 */
export function feedActorClass(host: FeedHost) {
  const actor = {
    [ACTOR_TYPE]: class extends AbstractActor {
      #feed: string | undefined;

      async [FEED_METHOD](body: unknown) {
        const { feed, announced, heard, lostDocument } = callSchema.parse(body);
        this.#feed = feed;
        return answer(host.turnAsHost(feed, announced, { heard, lostDocument }));
      }

      override async onDeactivate(): Promise<void> {
        if (this.#feed !== undefined) host.deactivate(this.#feed);
      }
    },
  };
  return actor[ACTOR_TYPE];
}

async function answer(turn: Promise<TurnResult>): Promise<FeedAnswer> {
  try {
    return await turn;
  } catch (error) {
    return { outcome: 'retry', reason: error instanceof Error ? error.message : String(error) };
  }
}
