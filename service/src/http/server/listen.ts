import { once } from 'node:events';
import type { Server } from 'node:http';

/** Most connections that wait to be accepted. After an instance is lost, its browsers reconnect all at once. */
const BACKLOG = 4_096;

/** Resolves once `server` accepts connections. Rejects if the port is in use. */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen({ port, host, backlog: BACKLOG });
  await once(server, 'listening');
}

/** Longest time for requests under way when a server closes, in ms. */
const CLOSE_LIMIT_MS = 5_000;

/**
 * Stops accepting connections, closes idle ones and waits for requests under way. After `limitMs` it destroys the
 * remaining connections, so it always resolves. Upgraded connections are left to their owner.
 */
export async function closeServer(server: Server, limitMs = CLOSE_LIMIT_MS): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  server.close();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const limit = setTimeout(() => server.closeAllConnections(), limitMs);
  try {
    await closed;
  } finally {
    clearInterval(idle);
    clearTimeout(limit);
  }
}
