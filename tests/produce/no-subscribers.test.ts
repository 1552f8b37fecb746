import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Metadata, credentials } from '@grpc/grpc-js';
import stub from '@dapr/dapr/proto/dapr/proto/runtime/v1/dapr_grpc_pb.js';
import messages from '@dapr/dapr/proto/dapr/proto/runtime/v1/pubsub_pb.js';
import { COMPONENTS, TOPICS } from '@tocsin/contracts';
import { Observer } from '@tocsin/lab';
import { freePorts, startStack, type ExternalSidecar, type Stack } from '@tocsin/tools';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';

/**
 * In these tests, another application subscribes to all topics programmatically, declaratively (with a Subscription
 * resource) and over a stream.
 */
let stack: Stack;
let spy: ExternalSidecar;
let server: Server;
let observer: Observer;
const resources = mkdtempSync(join(tmpdir(), 'tocsin-spy-'));
/** The paths where the other application's sidecar delivered events. */
const received: string[] = [];
let subscriptionRequests = 0;

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const publish = ({ daprUrl, daprHeaders }: ExternalSidecar, id: string) =>
  post(
    `${daprUrl}/v1.0/publish/${COMPONENTS.pubsub}/${TOPICS.notifications}`,
    { id, title: id },
    daprHeaders,
  );

beforeAll(async () => {
  stack = await startStack({ bffs: 1 });
  observer = new Observer('client', stack.bffs[0]?.url ?? '');
  await observer.ready();
  const shop = await stack.startExternalSidecar('shop');
  expect((await publish(shop, 'before')).status).toBe(204);
  const [appPort = 0] = await freePorts(1);
  server = createServer((request, response) => {
    if (request.url === '/dapr/subscribe') {
      subscriptionRequests++;
      response.end(
        JSON.stringify(
          Object.values(TOPICS).map((topic) => ({
            pubsubname: COMPONENTS.pubsub,
            topic,
            route: `/heard/${topic}`,
          })),
        ),
      );
    } else {
      if (request.url?.startsWith('/heard/')) received.push(request.url);
      response.end('{}');
    }
  }).listen(appPort, '127.0.0.1');
  for (const topic of Object.values(TOPICS)) {
    writeFileSync(join(resources, `${topic}.yaml`), declared(topic));
  }
  spy = await stack.startExternalSidecar('spy', { appPort, resources });
});
afterAll(async () => {
  observer.close();
  await stack.stop();
  server.close();
  rmSync(resources, { recursive: true, force: true });
});

const declared = (topic: string): string => `
apiVersion: dapr.io/v2alpha1
kind: Subscription
metadata: { name: spy-${topic} }
spec: { pubsubname: ${COMPONENTS.pubsub}, topic: ${topic}, routes: { default: /heard/declared-${topic} } }
scopes: [spy]
`;

/** Subscribes over a gRPC stream. Returns the first message, or why none arrived. */
const stream = (topic: string): Promise<string> =>
  new Promise((resolve) => {
    const client = new stub.DaprClient(`127.0.0.1:${spy.daprGrpcPort}`, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('dapr-api-token', spy.daprHeaders['dapr-api-token'] ?? '');
    const call = client.subscribeTopicEventsAlpha1(metadata);
    const initial = new messages.SubscribeTopicEventsRequestInitialAlpha1();
    initial.setPubsubName(COMPONENTS.pubsub);
    initial.setTopic(topic);
    const request = new messages.SubscribeTopicEventsRequestAlpha1();
    request.setInitialRequest(initial);
    call.on('data', (message: { hasEventMessage(): boolean }) => {
      if (message.hasEventMessage()) resolve('an event');
    });
    call.on('error', (error: Error) => resolve(error.message));
    call.write(request);
    setTimeout(() => resolve('silence'), 5_000).unref();
  });

it('should let another application publish to the topic, but not receive any events, not even its own', async () => {
  expect((await publish(spy, 'from-the-spy')).status).toBe(204);
  await observer.untilShown(['before', 'from-the-spy']);
  await expect.poll(() => subscriptionRequests, { timeout: 20_000 }).toBeGreaterThan(0);
  await delay(3_000);
  expect(received).toEqual([]);
});

it('should not let another application stream any topic', async () => {
  for (const topic of Object.values(TOPICS)) expect(await stream(topic)).toMatch(/not allowed/);
});

it('should not create a consumer group for another application in the topic’s Redis stream', async () => {
  const [host = '', port = ''] = stack.redisHost.split(':');
  const redis = createClient({ socket: { host, port: Number(port) } });
  await redis.connect();
  const groups = (await redis.xInfoGroups(TOPICS.notifications)).map(({ name }) => name);
  redis.destroy();
  expect(groups).toEqual(['producer']);
});
