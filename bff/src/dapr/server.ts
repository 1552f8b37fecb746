import { AbstractActor, CommunicationProtocolEnum, DaprPubSubStatusEnum, DaprServer } from '@dapr/dapr';
import { ACTOR_TYPE, COMPONENTS, PARTITION_ACTOR_TYPE, TOPICS, type Receipts } from '@tocsin/contracts';
import {
  closeServer,
  createBoundedServer,
  dataHeaders,
  errorHandler,
  jobRoutes,
  listen,
  notFound,
  refuseInvocations,
  requireApiToken,
  requireServedHost,
  sendProblem,
  subscriptionRoutes,
  withTrace,
  type HostCheck,
  type Logger,
  type OnRefused,
  type Signer,
  type SubscribedTopic,
  type SubscriptionPaths,
  type SubscriptionRoutesOptions,
} from '@tocsin/service';
import express from 'express';
import type { PartitionHost } from '../deliver/turn/partition-host.ts';
import { subscriptionsOf, type RegisteredSubscription } from '../internals/dapr-subscriptions.ts';
import { actorRoutes } from './calls/actor-routes.ts';
import { receiptsRoute } from './calls/receipts-route.ts';
import { sdkLogger } from './sdk-logger.ts';
import type { FeedHost } from '../deliver/turn/feed-host.ts';

export interface DaprServerOptions {
  host: string;
  port: number;
  daprHost: string;
  daprHttpPort: number;
  /** The token that the sidecar must send with every request, if set. */
  appToken?: string | undefined;
  paths: SubscriptionPaths;
  /** Resolves once the secret for signing actor calls is known. */
  signer: () => Promise<Signer>;
  /** The host names that are accepted if no token is set. */
  isServed: HostCheck;
  feedHost: FeedHost;
  partitionHost: PartitionHost;
  /** Each handler resolves once the message is processed, or rejects if it must be redelivered. */
  onAnnouncement: (data: unknown) => Promise<unknown>;
  onDeadLetter: (data: unknown) => Promise<unknown>;
  onRefusedEvent: (data: unknown) => Promise<unknown>;
  onWakeUp: (name: string) => Promise<boolean>;
  receiptsOf: (notification: { feed: string; id: string }) => Promise<Receipts>;
  /** Called for each call without proof that it came from our own instances. */
  onRefused: OnRefused;
  log: Logger;
}

/** The SDK names each actor type after its class. `actorRoutes` serves the methods, so the classes are empty. */
const ACTORS = {
  [ACTOR_TYPE]: class extends AbstractActor {},
  [PARTITION_ACTOR_TYPE]: class extends AbstractActor {},
};

const NOT_REGISTERED = {
  status: 503,
  code: 'unavailable',
  detail: 'This application has no subscription to that topic.',
  retryAfter: 1,
} as const;

const isSame = (a: SubscribedTopic, b: SubscribedTopic): boolean =>
  a.pubsubname === b.pubsubname && a.topic === b.topic;

/** Serves the internal port, only for the sidecar: subscriptions, actors, jobs, receipts and the health probe. */
export async function startDaprServer(
  options: DaprServerOptions,
): Promise<{ stop(limitMs: number): Promise<void> }> {
  const { host, port, log, onRefused } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(dataHeaders());
  app.get('/healthz', (_request, response) => {
    response.send('ok');
  });
  app.use(requireServedHost(options.appToken === undefined ? options.isServed : undefined));
  app.use(requireApiToken(options.appToken));
  app.use((request, _response, next) => withTrace(request.get('traceparent'), next));
  app.use(actorRoutes(options));
  app.use(receiptsRoute(options));
  app.use(refuseInvocations(onRefused));
  app.use(
    jobRoutes({
      take: options.onWakeUp,
      unknown: 'This application has no job with this name. Nothing was changed.',
      onRefused,
      onFailure(err) {
        log.warn({ err }, "cannot process a reader's due fallbacks; Dapr will retry the job");
        return 'The due fallbacks could not be processed. Retry the job.';
      },
    }),
  );
  let subscriptions: RegisteredSubscription[] = [];
  const verifiedRequests = new WeakSet<object>();
  const deliver: SubscriptionRoutesOptions['deliver'] = (subscribed, request, response, next) => {
    const registered = subscriptions.find((subscription) => isSame(subscription, subscribed));
    // Dapr retries a delivery to an unknown subscription until the message becomes a dead letter.
    if (!registered) return sendProblem(response, NOT_REGISTERED);
    verifiedRequests.add(request);
    request.url = registered.route;
    next();
  };
  app.use(subscriptionRoutes({ paths: options.paths, list: () => subscriptions, deliver, onRefused, log }));
  // The SDK's routes follow, but we serve only some of them.
  app.use((request, response, next) => {
    const isConfig = request.method === 'GET' && request.path === '/dapr/config';
    if (isConfig || verifiedRequests.has(request)) next();
    else notFound(request, response, next);
  });
  const server = createBoundedServer(app);
  const dapr = new DaprServer({
    serverHost: host,
    serverPort: String(port),
    serverHttp: app,
    communicationProtocol: CommunicationProtocolEnum.HTTP,
    clientOptions: { daprHost: options.daprHost, daprPort: String(options.daprHttpPort) },
    logger: { service: sdkLogger(log) },
  });
  for (const [topic, deadLetterTopic] of [
    [TOPICS.partitionAnnouncements, TOPICS.deadPartitionAnnouncements],
    [TOPICS.announcements, TOPICS.deadAnnouncements],
  ] as const) {
    await dapr.pubsub.subscribeWithOptions(COMPONENTS.pubsub, topic, {
      deadLetterTopic,
      callback: toPubSubCallback(options.onAnnouncement, 'the announcement will be redelivered', log),
    });
    await dapr.pubsub.subscribeWithOptions(COMPONENTS.deadLetters, deadLetterTopic, {
      callback: toPubSubCallback(options.onDeadLetter, 'the dead letter will be redelivered', log),
    });
  }
  await dapr.pubsub.subscribeWithOptions(COMPONENTS.deadLetters, TOPICS.refusedNotifications, {
    callback: toPubSubCallback(options.onRefusedEvent, 'the refused event will be redelivered', log),
  });
  subscriptions = subscriptionsOf(dapr);
  await dapr.actor.init();
  for (const type of Object.values(ACTORS)) await dapr.actor.registerActor(type);
  app.use(errorHandler(log));
  // The SDK's own `start` would listen on every address and wait for the sidecar, which waits for this port.
  await listen(server, port, host, log);
  return { stop: (limitMs) => closeServer(server, limitMs) };
}

/** Callbacks must never throw: the SDK turns exceptions into SUCCESS. */
const toPubSubCallback =
  (work: (data: unknown) => Promise<unknown>, consequence: string, log: Logger) =>
  async (data: unknown): Promise<DaprPubSubStatusEnum> => {
    try {
      await work(data);
      return DaprPubSubStatusEnum.SUCCESS;
    } catch (error) {
      log.warn({ err: error, ...namesOf(data) }, consequence);
      return DaprPubSubStatusEnum.RETRY;
    }
  };

/** Returns a message's identifying fields, which are safe to log. */
function namesOf(data: unknown): object {
  const { feed, partition, run, seq, event } =
    typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  return { feed, partition, run, seq, event };
}
