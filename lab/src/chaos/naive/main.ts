import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import {
  COMPONENTS,
  SOCKET_PATH,
  TOPICS,
  notificationSchema,
  partitionAnnouncementSchema,
  partitionEntryKey,
  partitionEntrySchema,
  subscribeRequestSchema,
} from '@tocsin/contracts';
import { DaprClaimCheck, Sidecar, createFailpoints, createLogger, listen } from '@tocsin/service';
import express from 'express';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { readNaiveConfig } from '../../config.ts';

/**
 * A naive bff that ignores crashes: it pops the entry, sends it, and then acknowledges the announcement. It implements
 * just enough of the contract for the usual clients to work, and shows that the ledger detects errors.
 */
const config = readNaiveConfig();
const log = createLogger('naive', 'info');
const reach = createFailpoints<'received' | 'popped' | 'broadcast' | 'answered'>(config.failpoints);
const sidecar = new Sidecar({ httpPort: config.daprHttpPort, token: config.daprApiToken, timeoutMs: 3_000 });
const claimCheck = new DaprClaimCheck(sidecar);
const redis = createClient({ url: `redis://${config.redisHost}` });
redis.on('error', (error) => console.error('redis', error));
await redis.connect();

const publicServer = createServer();
const io = new Server(publicServer, { path: SOCKET_PATH, adapter: createAdapter(redis) });
const EPOCH = '1-naive';
const offsetOf = async (feed: string) => Number((await redis.get(`naive:${feed}`)) ?? 0);

io.on('connection', (socket) => {
  socket.on('subscribe', async (payload: unknown, acknowledge: (value: unknown) => void) => {
    const { feed } = subscribeRequestSchema.parse(payload);
    await socket.join(feed);
    acknowledge({
      ok: true,
      feed,
      epoch: EPOCH,
      offset: await offsetOf(feed),
      recovered: true,
      more: false,
      publications: [],
    });
  });
});

async function take(data: unknown): Promise<void> {
  await reach('received');
  const announcement = partitionAnnouncementSchema.parse(data);
  const text = await claimCheck.pop(partitionEntryKey(announcement));
  await reach('popped');
  if (text === undefined) return;
  for (const candidate of partitionEntrySchema.parse(JSON.parse(text)).notifications) {
    const notification = notificationSchema.parse(candidate);
    const { feed } = notification;
    const publications = [{ offset: await redis.incr(`naive:${feed}`), notification }];
    io.to(feed).emit('publications', { feed, epoch: EPOCH, publications });
  }
  await reach('broadcast');
}

const internal = express();
internal.use(express.json({ type: ['application/json', 'application/*+json'], limit: '4mb' }));
internal.get('/healthz', (_request, response) => void response.send('ok'));
internal.get('/dapr/subscribe', (_request, response) => {
  response.json([{ pubsubname: COMPONENTS.pubsub, topic: TOPICS.partitionAnnouncements, route: '/take' }]);
});
internal.post('/take', async (request, response) => {
  await take((request.body as { data?: unknown }).data);
  await reach('answered');
  response.json({ status: 'SUCCESS' });
});
publicServer.on('request', (request, response) => {
  if (request.url === '/readyz') response.end('ready');
});
await listen(createServer(internal), config.internalPort, '127.0.0.1', log);
await listen(publicServer, config.port, '127.0.0.1', log);
