import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import { io, type Socket } from 'socket.io-client';

/** Connects a socket.io client that never reconnects. */
export async function connectTo(
  url: string,
  transport: 'websocket' | 'polling' = 'websocket',
  options: { auth?: { token: string }; extraHeaders?: Record<string, string> } = {},
): Promise<Socket> {
  const socket = io(url, {
    ...{ path: '/hubs', transports: [transport], forceNew: true, reconnection: false },
    ...options,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

/** Sends a raw engine.io message, bypassing socket.io. */
export const sendRaw = (socket: Socket, message: string): void => {
  socket.io.engine.send(message);
};

/** Sends a raw WebSocket frame, bypassing engine.io. */
export function sendFrame(socket: Socket, data: string | Buffer): void {
  const ws: unknown = Reflect.get(socket.io.engine.transport, 'ws');
  (ws as { send: (data: string | Buffer) => void }).send(data);
}

export const untilDisconnected = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    if (!socket.connected) return resolve();
    const timer = setTimeout(() => reject(new Error('the socket is still connected after 20 s')), 20_000);
    socket.once('disconnect', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** A plain TCP connection that collects all received data. */
export class RawConnection {
  text = '';
  readonly #socket: TcpSocket;
  readonly closed: Promise<unknown>;

  private constructor(socket: TcpSocket) {
    this.#socket = socket;
    // A reset is also followed by the close event, so the error needs no handling.
    socket.on('error', () => undefined);
    socket.on('data', (data) => (this.text += data.toString()));
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    // Keep sending after the server has closed its half of the connection. Once the server has closed both halves, it
    // answers data with a reset, and the reset closes this socket.
    socket.on('end', () => {
      const timer = setInterval(() => socket.write('x'), 100);
      socket.once('close', () => clearInterval(timer));
    });
  }

  static async open(port: number, text = ''): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    const raw = new RawConnection(socket);
    socket.write(text);
    return raw;
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

export const upgradeRequest = (path: string, headers: Record<string, string> = {}): string =>
  [
    `GET ${path} HTTP/1.1`,
    ...Object.entries({
      Host: 'localhost',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n');
