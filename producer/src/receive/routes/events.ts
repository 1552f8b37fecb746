import express, { type Request, type Response, type Router } from 'express';
import { COMPONENTS, DEFAULT_FEED, TOPICS, type RefusedEvent } from '@tocsin/contracts';
import {
  currentTraceparent,
  subscriptionRoutes,
  withRootSpan,
  type AuditActor,
  type AuditTrail,
  type Logger,
  type OnRefused,
  type SubscriptionPaths,
} from '@tocsin/service';
import { pause } from '@tocsin/contracts/pause';
import type { PublishService } from '../../produce/publish-service.ts';
import { readEvent } from '../../validate/read-event.ts';

export interface EventRoutesOptions {
  publishService: Pick<PublishService, 'publish'>;
  /** Publishes the rejected event to the bff, which stores it for an operator. */
  refuse: (refused: RefusedEvent) => Promise<void>;
  /** Whether events may have fallbacks. False if API keys are on: a fallback then needs a key, and events have none. */
  allowFallbacks: boolean;
  /** Delay in ms before reprocessing an event that ran out of retries. */
  deadLetterPauseMs: number;
  paths: SubscriptionPaths;
  onRefused: OnRefused;
  /** Called for each event that expired in transit, in whole or in part. */
  onExpired: () => void;
  trail: Pick<AuditTrail, 'note'>;
  log: Logger;
}

/**
 * The status in a response to Dapr. Either the event was processed, or Dapr must redeliver it.
 * https://docs.dapr.io/reference/api/pubsub_api/
 */
type Status = 'SUCCESS' | 'RETRY';

/**
 * An event's sender. The source is unverified: the sidecar fills in the app id, but only if the sender chose no source.
 */
const senderOf = (source: string | undefined): AuditActor => ({
  kind: 'app',
  ...(source !== undefined && { name: source }),
  claimed: true,
});

/**
 * Maximum size of a delivered event. The sidecar rejects messages larger than 4 MiB, and base64 makes them a third
 * larger.
 */
const MAX_EVENT_BYTES = 6 * 1024 * 1024;

const act = { action: 'publish', via: 'topic' } as const;

/** Makes Dapr deliver each message unchanged; see `openEnvelope`. */
const metadata = { rawPayload: 'true' };
const SUBSCRIPTIONS = [
  {
    pubsubname: COMPONENTS.pubsub,
    topic: TOPICS.notifications,
    deadLetterTopic: TOPICS.deadNotifications,
    metadata,
  },
  { pubsubname: COMPONENTS.deadLetters, topic: TOPICS.deadNotifications, metadata },
];

/**
 * Receives notifications from the topic, which every application can publish to. Acknowledges an event once each of its
 * notifications is scheduled, or deposited and announced. Acknowledges a rejected event once it is published to the
 * bff, and an expired event immediately. Dapr redelivers unacknowledged events.
 */
export function eventRoutes({
  publishService,
  refuse,
  allowFallbacks,
  deadLetterPauseMs,
  onExpired,
  trail,
  log,
  ...routeOptions
}: EventRoutesOptions): Router {
  const processEvent = async (envelope: unknown): Promise<Status> => {
    const read = readEvent(envelope, Date.now(), { allowFallbacks });
    if ('expired' in read) {
      onExpired();
      log.info({ event: read.expired }, 'dropped an event that had expired when it arrived');
      return 'SUCCESS';
    }
    if ('refused' in read) {
      await refuse(read.refused);
      trail.note({ ...act, actor: senderOf(read.refused.source), outcome: 'invalid' });
      log.warn(
        { event: read.refused.event, errors: read.refused.errors },
        'set aside an event that is not a valid notification',
      );
      return 'SUCCESS';
    }
    return withRootSpan('produce', read.traceparent, async () => {
      const { ids, outcome } = await publishService.publish(
        read.inputs,
        currentTraceparent(),
        undefined,
        read.publishedAt,
      );
      const feeds = read.inputs.map(({ feed = DEFAULT_FEED }) => feed);
      // Other outcomes aren't recorded because the event will be redelivered.
      if (outcome === 'accepted')
        trail.note({ ...act, actor: senderOf(read.source), outcome: 'done', feeds, ids });
      if (outcome === 'accepted' && read.expiredItems > 0) {
        onExpired();
        log.info({ ids, dropped: read.expiredItems }, 'dropped the expired notifications of an event');
      }
      if (outcome === 'accepted') log.debug({ ids }, 'accepted an event from the topic');
      else log.warn({ ids, outcome }, 'cannot accept an event from the topic; Dapr will redeliver it');
      return outcome === 'accepted' ? 'SUCCESS' : 'RETRY';
    });
  };
  const respond = async (request: Request, response: Response, pauseMs: number): Promise<void> => {
    await pause(pauseMs);
    let status: Status = 'RETRY';
    try {
      status = await processEvent(request.body);
    } catch (error) {
      log.warn({ err: error }, 'cannot process an event; Dapr will redeliver it');
    }
    response.json({ status });
  };

  const json = express.json({ type: () => true, limit: MAX_EVENT_BYTES, strict: false });
  return subscriptionRoutes({
    ...{ ...routeOptions, log, list: () => SUBSCRIPTIONS },
    deliver: ({ topic }, request, response, next) =>
      json(request, response, (error?: unknown) => {
        if (error !== undefined) return next(error);
        const pauseMs = topic === TOPICS.deadNotifications ? deadLetterPauseMs : 0;
        respond(request, response, pauseMs).catch(next);
      }),
  });
}
