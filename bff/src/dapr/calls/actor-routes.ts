import { ACTOR_TYPE, PARTITION_ACTOR_TYPE, feedOfKey } from '@tocsin/contracts';
import {
  SIGNATURE_HEADER,
  refuseInvocations,
  takeBody,
  type Logger,
  type OnRefused,
  type Signer,
} from '@tocsin/service';
import { Router, type RequestHandler } from 'express';
import type { PartitionHost } from '../../deliver/turn/partition-host.ts';
import { TAKE_FEED, TAKE_PARTITION, type FeedCall, type PartitionCall } from './actor-methods.ts';
import { refuseCall } from './refuse-call.ts';
import { openCall, proveResult, type ActorMethod, type Retry } from './signed-call.ts';
import type { FeedHost } from '../../deliver/turn/feed-host.ts';

export interface ActorRoutesOptions {
  feedHost: Pick<FeedHost, 'takeRoutedTurn' | 'deactivate'>;
  partitionHost: Pick<PartitionHost, 'takeRoutedTurn' | 'deactivate'>;
  signer: () => Promise<Signer>;
  onRefused: OnRefused;
  log: Logger;
}

/** A feed name can have up to 1,020 bytes, and more once JSON-escaped. */
const MAX_CALL_BYTES = 16 * 1024;

/**
 * Serves daprd's calls to this instance's actors: turns and deactivation. A turn must be signed by one of our
 * instances. Deactivation calls come from daprd itself, which can't sign them, but they are harmless. There are no
 * reminders, timers or other methods.
 */
export function actorRoutes({ feedHost, partitionHost, signer, onRefused, log }: ActorRoutesOptions): Router {
  const take =
    <Call, Result extends object>(
      method: ActorMethod<Call, Result>,
      turn: (call: Call) => Promise<Result>,
    ): RequestHandler<{ id: string }> =>
    async (request, response) => {
      const body = request.body as Uint8Array;
      let currentSigner: Signer;
      let opened: { call: Call; nonce: string };
      try {
        currentSigner = await signer();
        opened = openCall(method, currentSigner, request.params.id, request.get(SIGNATURE_HEADER), body);
      } catch (error) {
        return refuseCall(response, error, { onRefused, log });
      }
      response.json(proveResult(method, currentSigner, opened.nonce, await resultOf(turn(opened.call))));
    };

  const deactivate =
    (forget: (id: string) => void): RequestHandler<{ id: string }> =>
    (request, response) => {
      try {
        forget(request.params.id);
      } catch (error) {
        // An id that can't be decoded has no actor to forget.
        if (!(error instanceof URIError)) throw error;
      }
      response.json({});
    };

  const takeFeed = ({ feed, announced, heard, lostDocument }: FeedCall) =>
    feedHost.takeRoutedTurn(feed, announced, { heard, lostDocument });
  const takePartition = async ({ partition, ...announced }: PartitionCall) => ({
    outcome: await partitionHost.takeRoutedTurn(partition, announced),
  });

  const router = Router();
  const mayDelete = refuseInvocations(onRefused);
  const feeds = `/actors/${ACTOR_TYPE}/:id`;
  const partitions = `/actors/${PARTITION_ACTOR_TYPE}/:id`;
  const body = takeBody(MAX_CALL_BYTES);
  router.put(`${feeds}/method/${TAKE_FEED.name}`, body, take(TAKE_FEED, takeFeed));
  router.put(`${partitions}/method/${TAKE_PARTITION.name}`, body, take(TAKE_PARTITION, takePartition));
  router.delete(
    feeds,
    mayDelete,
    deactivate((id) => feedHost.deactivate(feedOfKey(id))),
  );
  router.delete(
    partitions,
    mayDelete,
    deactivate((id) => partitionHost.deactivate(Number(id))),
  );
  return router;
}

async function resultOf<Result>(turn: Promise<Result>): Promise<Result | Retry> {
  try {
    return await turn;
  } catch (error) {
    return { outcome: 'retry', reason: error instanceof Error ? error.message : String(error) };
  }
}
