import { once } from 'node:events';
import type { Server } from 'node:http';

/**
 * Maximum number of connections that wait to be accepted. When an instance is lost, all its browsers reconnect at the
 * same time.
 */
const BACKLOG = 4_096;

/** Resolves when `server` accepts connections. Rejects if the port is in use. */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen({ port, host, backlog: BACKLOG });
  await once(server, 'listening');
}

/** Longest wait for requests in progress when a server closes, in ms. */
const CLOSE_LIMIT_MS = 5_000;

/**
 * Stops accepting connections, closes idle ones and waits for requests in progress. After `limitMs` it destroys the
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
