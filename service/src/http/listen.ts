import { once } from 'node:events';
import type { Server } from 'node:http';

/** Resolves when `server` accepts connections; rejects when the port is taken. */
export async function listen(server: Server, port: number, host?: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

/** Stops accepting, lets the requests under way end, and closes idle connections. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  await closed;
}
