import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Logger } from '../../observe/log.ts';

/**
 * Maximum number of connections waiting to be accepted. When an instance fails, all its browsers reconnect to the other
 * instances at the same time.
 */
const BACKLOG = 4_096;

/**
 * Resolves when `server` is listening. Rejects if the port is in use. Logs later errors, which mean that the server
 * can't accept a connection.
 */
export async function listen(server: Server, port: number, host: string, log: Logger): Promise<void> {
  server.listen({ port, host, backlog: BACKLOG });
  await once(server, 'listening');
  // Without this listener, the error would crash the process.
  server.on('error', (err) => log.error({ err, port }, 'cannot accept a connection'));
}

/** Time limit (ms) for requests in progress when the server closes. */
const CLOSE_LIMIT_MS = 5_000;

/**
 * Stops accepting connections, closes idle connections and waits for requests in progress. Always resolves, since it
 * destroys any remaining connections after `limitMs`. Doesn't touch upgraded connections.
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
