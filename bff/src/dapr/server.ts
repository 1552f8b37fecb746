import { AbstractActor, CommunicationProtocolEnum, DaprPubSubStatusEnum, DaprServer } from '@dapr/dapr';
import { ACTOR_TYPE, COMPONENTS, PARTITION_ACTOR_TYPE, TOPICS } from '@tocsin/contracts';
import {
  closeServer,
  createBoundedServer,
  dataHeaders,
  errorHandler,
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
  type Subscribed,
  type SubscriptionPaths,
  type SubscriptionRoutesOptions,
} from '@tocsin/service';
import express from 'express';
import type { PartitionHost } from '../deliver/turn/partition-host.ts';
import { subscriptionsOf, type RegisteredSubscription } from '../internals/dapr-subscriptions.ts';
import { actorRoutes } from './actor-routes.ts';
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
  /** Resolves once the secret is known with which calls of actors are signed. */
  signer: () => Promise<Signer>;
  /** The hosts that are served without it. */
  isServed: HostCheck;
  feedHost: FeedHost;
  partitionHost: PartitionHost;
  /** Each resolves when its message is done with, and rejects when it has to come again. */
  onAnnouncement: (data: unknown) => Promise<unknown>;
  onDeadLetter: (data: unknown) => Promise<unknown>;
  onRefusedEvent: (data: unknown) => Promise<unknown>;
  /** Told of each call that is not from our own. */
  onRefused: OnRefused;
  log: Logger;
}

/** The SDK names an actor type after its class. Their methods are served by `actorRoutes`, not by the SDK. */
const ACTORS = {
  [ACTOR_TYPE]: class extends AbstractActor {},
  [PARTITION_ACTOR_TYPE]: class extends AbstractActor {},
};

const NOT_REGISTERED = {
  status: 503,
  code: 'unavailable',
  detail: 'This application takes nothing from that topic.',
} as const;

const isSame = (one: Subscribed, other: Subscribed): boolean =>
  one.pubsubname === other.pubsubname && one.topic === other.topic;

/** The internal port: subscriptions, the actors and the sidecar's health probe, for the sidecar alone. */
export async function startDaprServer(options: DaprServerOptions): Promise<{ stop(): Promise<void> }> {
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
  app.use(refuseInvocations(onRefused));
  let listed: RegisteredSubscription[] = [];
  const vouchedFor = new WeakSet<object>();
  const deliver: SubscriptionRoutesOptions['deliver'] = (subscribed, request, response, next) => {
    const registered = listed.find((one) => isSame(one, subscribed));
    // A delivery of an unknown subscription is retried and then becomes a dead letter.
    if (!registered) return sendProblem(response, NOT_REGISTERED);
    vouchedFor.add(request);
    request.url = registered.route;
    next();
  };
  app.use(subscriptionRoutes({ paths: options.paths, list: () => listed, deliver, onRefused, log }));
  // The routes after this one are the SDK's, which has more than we serve.
  app.use((request, response, next) => {
    const isConfig = request.method === 'GET' && request.path === '/dapr/config';
    if (isConfig || vouchedFor.has(request)) next();
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
      callback: answering(options.onAnnouncement, 'the announcement will come again', log),
    });
    await dapr.pubsub.subscribeWithOptions(COMPONENTS.deadLetters, deadLetterTopic, {
      callback: answering(options.onDeadLetter, 'the dead letter will come again', log),
    });
  }
  await dapr.pubsub.subscribeWithOptions(COMPONENTS.deadLetters, TOPICS.refusedNotifications, {
    callback: answering(options.onRefusedEvent, 'the refused event will come again', log),
  });
  listed = subscriptionsOf(dapr);
  await dapr.actor.init();
  for (const type of Object.values(ACTORS)) await dapr.actor.registerActor(type);
  app.use(errorHandler(log));
  // The SDK would listen on every address and wait for the sidecar, which itself waits for this port.
  await listen(server, port, host);
  return { stop: () => closeServer(server) };
}

/** The SDK's callbacks must return and never throw, because it turns exceptions into SUCCESS. */
const answering =
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

/** The names in a message, without its content. */
function namesOf(data: unknown): object {
  const { feed, partition, run, seq, event } =
    typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  return { feed, partition, run, seq, event };
}
