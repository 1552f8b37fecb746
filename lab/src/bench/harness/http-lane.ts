import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { Failure } from '@tocsin/tools/failure';

export interface HttpResponse {
  status: number;
  body: string;
}

/** Returns the bytes of a POST request, so that they can be prepared before the measurement. */
export function postRequest(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const { host, pathname } = new URL(url);
  const all = {
    host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

/** Returns the first response in `text` and its length in characters, or `undefined` until it is complete. */
export function readResponse(text: string): { response: HttpResponse; length: number } | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd);
  const status = Number(head.slice(9, 12));
  const start = headEnd + 4;
  const size = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (size !== undefined) {
    const end = start + Number(size);
    return text.length < end
      ? undefined
      : { response: { status, body: text.slice(start, end) }, length: end };
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head))
    return { response: { status, body: '' }, length: start };
  const end = text.indexOf('0\r\n\r\n', start);
  return end < 0 ? undefined : { response: { status, body: text.slice(start, end) }, length: end + 5 };
}

/** Idle time after which a connection is replaced (ms). Servers close idle connections (Node after 5 s). */
const MAX_IDLE_MS = 2_000;
const IDLE_CHECK_MS = 10;
const RESPONSE_TIMEOUT_MS = 30_000;

interface PendingRequest {
  resolve: (response: HttpResponse) => void;
  reject: (error: Error) => void;
}

/** Sends one request at a time over a persistent connection. */
export class HttpLane {
  readonly #url: string;
  #socket: Socket | undefined;
  #text = '';
  #waiting: PendingRequest | undefined;
  #usedAt = 0;

  private constructor(url: string) {
    this.#url = url;
  }

  /** Resolves when connected. @throws Failure if it can't connect */
  static async open(url: string): Promise<HttpLane> {
    const lane = new HttpLane(url);
    await lane.#connect();
    return lane;
  }

  /**
   * Opens a new connection if the server has closed the idle connection. Never retries a request that the server might
   * have received in part.
   * @throws Failure if the connection closes before a response, no response arrives, or another request is in progress
   */
  async send(request: Buffer): Promise<HttpResponse> {
    if (this.#waiting) throw new Failure('This lane is already waiting for a response.');
    const idleMs = performance.now() - this.#usedAt;
    // After two iterations of the event loop, we know whether the server has closed the connection.
    for (let i = 0; i < 2 && idleMs > IDLE_CHECK_MS; i++) await setImmediate();
    if (idleMs > MAX_IDLE_MS || !this.#socket?.writable) await this.#connect();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#fail(new Failure(`${this.#url} did not respond within ${RESPONSE_TIMEOUT_MS} ms.`)),
        RESPONSE_TIMEOUT_MS,
      );
      const done =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          settle(value);
        };
      this.#waiting = { resolve: done(resolve), reject: done(reject) };
      this.#socket?.write(request);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket?.destroy();
  }

  async #connect(): Promise<void> {
    this.#socket?.destroy();
    const { hostname, port } = new URL(this.#url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.setEncoding('latin1');
    try {
      await once(socket, 'connect');
    } catch (cause) {
      throw new Failure(`Cannot reach ${this.#url}: ${String(cause)}.`, { cause });
    }
    this.#socket = socket;
    this.#usedAt = performance.now();
    this.#text = '';
    socket.on('data', (text: string) => this.#take(text));
    const onEnd = (why: string) => {
      if (this.#socket === socket)
        this.#fail(new Failure(`${this.#url} closed the connection before it responded${why}.`));
    };
    socket.on('error', (error) => onEnd(` (${error.message})`));
    socket.on('close', () => onEnd(''));
  }

  #take(text: string): void {
    this.#text += text;
    const read = readResponse(this.#text);
    if (!read) return;
    this.#text = this.#text.slice(read.length);
    this.#usedAt = performance.now();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(read.response);
  }

  /** Fails the current request. The next request opens another connection. */
  #fail(error: Error): void {
    this.#usedAt = Number.NEGATIVE_INFINITY;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
