import { createServer } from 'node:http';
import { createAdapter as createPubSubAdapter } from '@socket.io/redis-adapter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import express from 'express';
import { createClient } from 'redis';
import { Server } from 'socket.io';

/** A typical socket.io setup: an Express POST route that emits to a room through a Redis adapter. */
const [port, adapterName, redisHost, recovery] = process.argv.slice(2);
const connect = async () => {
  const client = createClient({ url: `redis://${redisHost}` });
  client.on('error', (error) => console.error('redis', error));
  await client.connect();
  return client;
};

// An instance that falls more than `maxLen` entries behind silently loses messages. The adapter's default is 10,000.
const maxLen = 1_000_000;
const adapter =
  adapterName === 'streams'
    ? createStreamsAdapter(await connect(), { maxLen })
    : createPubSubAdapter(await connect(), await connect());
const app = express();
const server = createServer(app);
const io = new Server(server, {
  serveClient: false,
  perMessageDeflate: false,
  adapter,
  ...(recovery === 'on' && { connectionStateRecovery: {} }),
});

io.on('connection', (socket) => {
  socket.on('subscribe', async ({ feed }: { feed: string }, acknowledge: () => void) => {
    await socket.join(feed);
    acknowledge();
  });
});

interface Message {
  feed: string;
  text: string;
}

app.use(express.json({ limit: '1mb' }));
app.get('/healthz', (_request, response) => void response.send('ok'));
app.post('/publish', (request, response) => {
  const body = request.body as Message | Message[];
  for (const { feed, text } of Array.isArray(body) ? body : [body]) io.to(feed).emit('message', { text });
  response.status(202).json({});
});
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 4_096 });
