import { CommunicationProtocolEnum, DaprServer } from '@dapr/dapr';
import { expect, it } from 'vitest';
import { expectTestedVersions } from '../../testing/tested-versions.ts';
import { subscriptionsOf } from './dapr-subscriptions.ts';

expectTestedVersions({ '@dapr/dapr': '3.18.0' });

it('should list the subscriptions and routes', async () => {
  const server = new DaprServer({ communicationProtocol: CommunicationProtocolEnum.HTTP });
  await server.pubsub.subscribeWithOptions('pubsub', 'topic', {
    deadLetterTopic: 'dead',
    callback: () => Promise.resolve(),
  });
  expect(subscriptionsOf(server)).toMatchObject([
    {
      pubsubname: 'pubsub',
      topic: 'topic',
      deadLetterTopic: 'dead',
      route: expect.stringMatching(/^\//) as string,
    },
  ]);
});
