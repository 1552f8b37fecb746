import express, { Router, type RequestHandler } from 'express';
import { COMPONENTS, TOPICS, type RefusedEvent } from '@tocsin/contracts';
import { currentTraceparent, withRootSpan, type Logger } from '@tocsin/service';
import { pause } from '@tocsin/service/pause';
import type { Intake } from '../schedule/index.ts';
import { readEvent } from './read-event.ts';

export interface EventRoutesOptions {
  intake: Pick<Intake, 'publish'>;
  /** Resolves when what is wrong with an event is kept for a person to see. */
  refuse: (refused: RefusedEvent) => Promise<void>;
  /** Pause before an event that ran out of retries is tried again, in ms. */
  deadLetterPauseMs: number;
  log: Logger;
}

/** What a subscriber answers: done with, or to come again. https://docs.dapr.io/reference/api/pubsub_api/ */
type Status = 'SUCCESS' | 'RETRY';

/** The sidecar refuses larger events itself. */
const MAX_EVENT_BYTES = 4 * 1024 * 1024;

const EVENTS = '/events/notifications';
const DEAD_EVENTS = '/events/notifications-dead';
const SUBSCRIPTIONS = [
  {
    pubsubname: COMPONENTS.pubsub,
    topic: TOPICS.notifications,
    route: EVENTS,
    deadLetterTopic: TOPICS.deadNotifications,
  },
  { pubsubname: COMPONENTS.deadLetters, topic: TOPICS.deadNotifications, route: DEAD_EVENTS },
];

/**
 * Notifications from the topic that is open to every application. An event is done with once its notifications are
 * deposited and announced, or once what is wrong with it is kept; until then it comes again.
 */
export function eventRoutes({ intake, refuse, deadLetterPauseMs, log }: EventRoutesOptions): Router {
  const take = async (envelope: unknown): Promise<Status> => {
    const read = readEvent(envelope);
    if ('refused' in read) {
      await refuse(read.refused);
      log.warn({ event: read.refused.event, errors: read.refused.errors }, 'an event is no notification');
      return 'SUCCESS';
    }
    return withRootSpan('produce', read.traceparent, async () => {
      const { ids, outcome } = await intake.publish(read.inputs, currentTraceparent(), read.publishedAt);
      if (outcome === 'accepted') log.debug({ ids }, 'accepted from the topic');
      else log.warn({ ids, outcome }, 'not accepted from the topic; the event comes again');
      return outcome === 'accepted' ? 'SUCCESS' : 'RETRY';
    });
  };
  const answer =
    (pauseMs: number): RequestHandler =>
    async (request, response) => {
      await pause(pauseMs);
      let status: Status = 'RETRY';
      try {
        status = await take(request.body);
      } catch (error) {
        log.warn({ err: error }, 'an event could not be taken; it comes again');
      }
      response.json({ status });
    };

  const json = express.json({ type: () => true, limit: MAX_EVENT_BYTES, strict: false });
  const router = Router();
  router.get('/dapr/subscribe', (_request, response) => {
    response.json(SUBSCRIPTIONS);
  });
  router.post(EVENTS, json, answer(0));
  router.post(DEAD_EVENTS, json, answer(deadLetterPauseMs));
  return router;
}
