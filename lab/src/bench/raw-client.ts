import { SOCKET_PATH, type Position, type SubscribeAnswer } from '@tocsin/contracts';
import { Failure } from '@tocsin/tools/failure';
import { WebSocket } from 'ws';

export interface RawClientOptions {
  /** Sent when connecting: `token` and `clientId`. */
  auth?: Record<string, unknown>;
  /** Called for each raw event: `["publications",{…}]`. */
  onEvent?: (event: Buffer) => void;
}

/** A message's first byte is the engine.io packet type. */
const PING = '2'.charCodeAt(0);
const MESSAGE = '4'.charCodeAt(0);
/** A message's second byte is the socket.io packet type. */
const TYPE = { connected: '0', event: '2', acknowledgement: '3', refused: '4' } as const;
const CONNECT_MS = 30_000;

interface PendingCall {
  resolve: (content: Buffer) => void;
  reject: (error: Error) => void;
}

/**
 * A client that implements engine.io and socket.io over a WebSocket, and parses messages only on demand. Even a
 * thousand of these use little CPU time, however long the messages are.
 */
export class RawClient {
  readonly #socket: WebSocket;
  readonly #onEvent: ((event: Buffer) => void) | undefined;
  /** Pending calls by acknowledgement id; `connect` uses -1. */
  readonly #waiting = new Map<number, PendingCall>();
  #nextId = 0;

  private constructor(url: string, { auth, onEvent }: RawClientOptions) {
    this.#onEvent = onEvent;
    const address = `${url.replace(/^http/, 'ws')}${SOCKET_PATH}/?EIO=4&transport=websocket`;
    this.#socket = new WebSocket(address, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
      handshakeTimeout: CONNECT_MS,
    });
    this.#socket.on('open', () => this.#socket.send(`40${auth ? JSON.stringify(auth) : ''}`));
    this.#socket.on('message', (data: Buffer) => this.#take(data));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', (code) =>
      this.#fail(new Failure(`the connection was closed with code ${code}`)),
    );
  }

  /** Resolves once the namespace accepts the client. @throws Error if it's rejected or disconnected */
  static async connect(url: string, options: RawClientOptions = {}): Promise<RawClient> {
    const client = new RawClient(url, options);
    await client.#wait(-1);
    return client;
  }

  /**
   * Subscribes and returns the raw acknowledgement, which `parseAcknowledgement` parses.
   * @throws Error if the connection is closed
   */
  subscribe(feed: string, position?: Position): Promise<Buffer> {
    const id = this.#nextId++;
    this.#socket.send(`42${id}${JSON.stringify(['subscribe', { feed, ...(position && { position }) }])}`);
    return this.#wait(id);
  }

  close(): void {
    this.#waiting.clear();
    this.#socket.terminate();
  }

  #wait(id: number): Promise<Buffer> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #take(data: Buffer): void {
    if (data[0] === PING) this.#socket.send('3');
    if (data[0] !== MESSAGE) return;
    const type = String.fromCharCode(data[1] ?? 0);
    if (type === TYPE.event) this.#onEvent?.(data.subarray(2));
    else if (type === TYPE.connected) this.#settle(-1, data.subarray(2));
    else if (type === TYPE.refused) this.#fail(new Failure(`rejected: ${data.toString('utf8', 2)}`));
    else if (type === TYPE.acknowledgement) {
      const start = data.indexOf('[');
      this.#settle(Number(data.toString('latin1', 2, start)), data.subarray(start));
    }
  }

  #settle(id: number, content: Buffer): void {
    this.#waiting.get(id)?.resolve(content);
    this.#waiting.delete(id);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

export const parseAcknowledgement = (acknowledgement: Buffer): SubscribeAnswer => {
  const [response] = JSON.parse(acknowledgement.toString()) as [SubscribeAnswer];
  return response;
};
