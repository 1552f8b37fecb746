import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { CommunicationProtocolEnum, DaprPubSubStatusEnum, DaprServer } from '@dapr/dapr';
import { COMPONENTS, TOPICS } from '@tocsin/contracts';
import {
  closeServer,
  dataHeaders,
  errorHandler,
  listen,
  notFound,
  withTrace,
  type Logger,
} from '@tocsin/service';
import express, { type RequestHandler } from 'express';
import type { FeedHost } from '../deliver/feed-host.ts';
import type { PartitionHost } from '../partition/partition-host.ts';
import { feedActorClass } from './feed-actor.ts';
import { partitionActorClass } from './partition-actor.ts';
import { sdkLogger } from './sdk-logger.ts';

export interface DaprServerOptions {
  host: string;
  port: number;
  daprHost: string;
  daprHttpPort: number;
  /** What the sidecar must send with every request, if it is given. */
  appToken?: string | undefined;
  feedHost: FeedHost;
  partitionHost: PartitionHost;
  /** Each resolves when its message is done with, and rejects when it has to come again. */
  onAnnouncement: (data: unknown) => Promise<unknown>;
  onDeadLetter: (data: unknown) => Promise<unknown>;
  onRefusedEvent: (data: unknown) => Promise<unknown>;
  log: Logger;
}

/** The internal port: subscriptions, the Feed actor and the sidecar's health probe, for the sidecar alone. */
export async function startDaprServer(options: DaprServerOptions): Promise<{ stop(): Promise<void> }> {
  const { host, port, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(dataHeaders());
  app.get('/healthz', (_request, response) => {
    response.send('ok');
  });
  if (options.appToken) app.use(requireToken(options.appToken));
  app.use((request, _response, next) => withTrace(request.get('traceparent'), next));
  const server = createServer(app);
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
  await dapr.actor.init();
  await dapr.actor.registerActor(feedActorClass(options.feedHost));
  await dapr.actor.registerActor(partitionActorClass(options.partitionHost));
  // The SDK would listen on every address and wait for the sidecar, which itself waits for this port.
  app.get('/dapr/subscribe', (_request, response) => {
    const sdk = dapr.daprServer.getServerImpl() as { generateDaprPubSubSubscriptionList(): unknown };
    response.json(sdk.generateDaprPubSubSubscriptionList());
  });
  app.use(notFound);
  app.use(errorHandler(log));
  await listen(server, port, host);
  return { stop: () => closeServer(server) };
}

/** The SDK's callbacks must answer, never throw: it turns what is thrown into SUCCESS. */
const answering =
  (work: (data: unknown) => Promise<unknown>, consequence: string, log: Logger) =>
  async (data: unknown): Promise<DaprPubSubStatusEnum> => {
    try {
      await work(data);
      return DaprPubSubStatusEnum.SUCCESS;
    } catch (error) {
      log.warn({ err: error, announcement: data }, consequence);
      return DaprPubSubStatusEnum.RETRY;
    }
  };

function requireToken(token: string): RequestHandler {
  const expected = Buffer.from(token);
  return (request, response, next) => {
    const sent = Buffer.from(request.get('dapr-api-token') ?? '');
    if (sent.length === expected.length && timingSafeEqual(sent, expected)) next();
    else response.status(401).json({ error: 'This port is for the sidecar; its token is missing or wrong.' });
  };
}
