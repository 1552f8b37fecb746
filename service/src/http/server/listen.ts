import { once } from 'node:events';
import type { Server } from 'node:http';

/** Connections that the system keeps for us until we accept them: browsers of a lost instance come all at once. */
const BACKLOG = 4_096;

/** Resolves when `server` accepts connections; rejects when the port is taken. */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen({ port, host, backlog: BACKLOG });
  await once(server, 'listening');
}

/** The requests under way at the end of a server may take so long at most, in ms. */
const CLOSE_LIMIT_MS = 5_000;

/**
 * Stops accepting, lets the requests under way end, and closes idle connections; those that still have a request
 * after `limitMs` are broken off, so this resolves. Upgraded connections are their owner's to close.
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
