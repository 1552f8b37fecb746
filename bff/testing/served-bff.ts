import { entryKey, notificationSchema, type Refusal, type SubscribeAnswer } from '@tocsin/contracts';
import { parseConfig } from '@tocsin/service';
import { io, type Socket } from 'socket.io-client';
import { startBff } from '../src/app.ts';
import type { Backend } from '../src/backend.ts';
import { bffSettings } from '../src/config.ts';
import { memoryBackend } from '../src/memory/backend.ts';
import { freePort } from './free-port.ts';

export type Handshake = { connected: true } | { connected: false; error: Error & { data?: unknown } };

/** Serves an instance with a memory backend on a free port. `stop` also closes the sockets from `socketWith`. */
export async function serveBff(
  env: Record<string, string>,
  secrets: Record<string, string> = {},
  overrides: Partial<Pick<Backend, 'readers' | 'invokeBinding'>> = {},
) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const backend = { ...memoryBackend(secrets), ...overrides };
  const settings = { PORT: String(port), LOG_LEVEL: 'silent', DRAIN_MS: '0', ...env };
  const bff = await startBff(parseConfig(bffSettings, settings), backend);
  const sockets: Socket[] = [];
  let seq = 0;

  const deposit = async (feed: string, notifications: unknown[]): Promise<void> => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const announced = { v: 1, run: 'testtest', feed, seq: ++seq, expiresAt } as const;
    backend.entries.put(entryKey(announced), JSON.stringify({ ...announced, notifications }));
    await backend.announce(announced);
  };
  const publishMany = (feed: string, ids: readonly string[]): Promise<void> => {
    const createdAt = new Date().toISOString();
    return deposit(
      feed,
      ids.map((id) => notificationSchema.parse({ id, feed, title: id, createdAt })),
    );
  };
  const socketWith = (auth: Record<string, unknown>, headers: Record<string, string> = {}): Socket => {
    const socket = io(url, {
      path: '/hubs',
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      extraHeaders: headers,
      auth,
    });
    sockets.push(socket);
    return socket;
  };
  const handshake = (socket: Socket): Promise<Handshake> =>
    new Promise((resolve) => {
      socket.once('connect', () => resolve({ connected: true }));
      socket.once('connect_error', (error) => resolve({ connected: false, error }));
    });
  return {
    url,
    backend,
    socketWith,
    handshake,
    /** Connects a socket with the token. */
    async connect(token: string): Promise<Socket> {
      const socket = socketWith({ token });
      const result = await handshake(socket);
      if (!result.connected) throw result.error;
      return socket;
    },
    subscribe: (socket: Socket, feed: string): Promise<SubscribeAnswer> =>
      socket.timeout(5_000).emitWithAck('subscribe', { feed }) as Promise<SubscribeAnswer>,
    renew: (socket: Socket, token: unknown): Promise<{ ok: true } | Refusal> =>
      socket.timeout(5_000).emitWithAck('token', { token }) as Promise<{ ok: true } | Refusal>,
    page: (feed: string, headers: Record<string, string> = {}) =>
      fetch(`${url}/app/notifications?feed=${encodeURIComponent(feed)}`, { headers }),
    /** Publishes a notification to a feed, like a producer. */
    publish: (feed: string, id: string): Promise<void> => publishMany(feed, [id]),
    /** Publishes notifications to a feed in a single entry. */
    publishMany,
    /** Retracts a notification, like a producer. */
    retract: (feed: string, id: string): Promise<void> =>
      deposit(feed, [{ retract: id, feed, at: new Date().toISOString() }]),
    /** Erases a feed, like a producer. */
    erase: (feed: string): Promise<void> =>
      deposit(feed, [{ erase: true, feed, at: new Date().toISOString() }]),
    closeSockets() {
      for (const socket of sockets.splice(0)) socket.close();
    },
    async stop() {
      for (const socket of sockets.splice(0)) socket.close();
      await bff.stop();
    },
  };
}
export type ServedBff = Awaited<ReturnType<typeof serveBff>>;
