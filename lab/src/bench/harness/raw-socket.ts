import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { Failure } from '@tocsin/tools/failure';
import { clientFrame, FrameReader, OPCODE } from './frames.ts';

const HEAD_END = '\r\n\r\n';
const CONNECT_MS = 60_000;

export interface RawSocketOptions {
  /**
   * Called for each message. The buffer is a view of a received chunk: if you keep the buffer, the whole chunk stays in
   * memory.
   */
  onMessage: (message: Buffer) => void;
  /** Called once if the connection is closed by anything other than `close()`. */
  onEnd: (reason: Error) => void;
}

/** A WebSocket on a plain TCP connection. Uses little CPU time, and the same amount for every peer. */
export class RawSocket {
  readonly #socket: Socket;
  readonly #options: RawSocketOptions;
  readonly #reader: FrameReader;
  #closed = false;

  private constructor(socket: Socket, options: RawSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#reader = new FrameReader((opcode, payload) => this.#take(opcode, payload));
  }

  /** Resolves when the server has switched protocols. @throws Failure if it doesn't */
  static connect(url: string, options: RawSocketOptions): Promise<RawSocket> {
    const { hostname, port, pathname, search } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      const raw = new RawSocket(socket, options);
      const timer = setTimeout(
        () => socket.destroy(new Failure(`${url} did not respond within ${CONNECT_MS} ms`)),
        CONNECT_MS,
      );
      let head = Buffer.alloc(0);
      let open = false;
      const fail = (error: Error) => {
        clearTimeout(timer);
        if (open) raw.#end(error);
        else reject(error);
      };
      socket.once('connect', () => socket.write(upgradeOf(`${hostname}:${port}`, `${pathname}${search}`)));
      socket.once('error', fail);
      socket.once('close', () => fail(new Failure(`${url} closed the connection`)));
      const beforeOpen = (chunk: Buffer) => {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf(HEAD_END);
        if (end < 0) return;
        clearTimeout(timer);
        socket.off('data', beforeOpen);
        const status = head.toString('latin1', 0, head.indexOf('\r\n'));
        if (!status.startsWith('HTTP/1.1 101')) {
          fail(new Failure(`${url} rejected the WebSocket: ${status}`));
          raw.close();
          return;
        }
        open = true;
        resolve(raw);
        socket.on('data', (data: Buffer) => raw.#reader.push(data));
        // The first message can arrive together with the response. Handle it later, so that the caller can get ready.
        if (head.length > end + HEAD_END.length)
          setImmediate(() => raw.#reader.push(head.subarray(end + HEAD_END.length)));
      };
      socket.on('data', beforeOpen);
    });
  }

  send(text: string): void {
    this.#socket.write(clientFrame(Buffer.from(text)));
  }

  /** Closes the connection without a closing handshake. */
  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.text || opcode === OPCODE.binary) this.#options.onMessage(payload);
    else if (opcode === OPCODE.ping) this.#socket.write(clientFrame(payload, OPCODE.pong));
  }

  #end(reason: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.onEnd(reason);
  }
}

const upgradeOf = (host: string, path: string): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    HEAD_END,
  ]
    .join('\r\n')
    .slice(0, -2);
