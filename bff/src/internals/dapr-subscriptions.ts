import type { DaprServer } from '@dapr/dapr';
import { z } from 'zod';

/**
 * Reads the SDK server's registered subscriptions and routes. The SDK only exposes them on an HTTP route that our
 * internal server replaces. If `dapr-subscriptions.test.ts` fails after an update, read
 * `implementation/Server/HTTPServer/HTTPServerImpl.js` in @dapr/dapr.
 */
const schema = z.array(z.looseObject({ pubsubname: z.string(), topic: z.string(), route: z.string() }));

export type RegisteredSubscription = z.infer<typeof schema>[number];

/** @throws ZodError if the SDK's format has changed */
export function subscriptionsOf({ daprServer }: DaprServer): RegisteredSubscription[] {
  const server = daprServer.getServerImpl() as { generateDaprPubSubSubscriptionList(): unknown };
  return schema.parse(server.generateDaprPubSubSubscriptionList());
}
