import { AbstractActor } from '@dapr/dapr';
import { ACTOR_TYPE } from '@tocsin/contracts';
import type { FeedHost } from '../deliver/feed-host.ts';
import { callSchema, FEED_METHOD } from './call-feed.ts';

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
        return host.turn(feed, announced, { heard, lostDocument });
      }

      override async onDeactivate(): Promise<void> {
        if (this.#feed !== undefined) host.deactivate(this.#feed);
      }
    },
  };
  return actor[ACTOR_TYPE];
}
