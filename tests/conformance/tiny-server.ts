import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** How the server breaks a rule on purpose, to test that the conformance kit notices. */
export type Fault =
  | 'pushes publications twice'
  | 'keeps retracted content'
  | 'recovers nothing'
  | 'keeps the epoch after an erasure'
  | 'sends read marks to all readers';

type Item = Record<string, unknown> & { id: string; feed: string; collapseKey?: string; expiresAt?: string };
interface Entry {
  offset: number;
  id: string;
  notification: Item | null;
  gone?: string;
  replaces?: string;
}
interface Feed {
  epoch: string;
  log: Entry[];
  erased: boolean;
}
interface Stream {
  response: ServerResponse;
  clientId: string | null;
  /** The stream's position in each feed. */
  at: Map<string, { epoch: string; offset: number }>;
}

const NAME = /^(?:all|topic:[\w.:-]{1,128}|user:.{1,255})$/;
const PAGE = 500;

/** True if percent-encoded text is valid UTF-8. `URLSearchParams` would silently replace invalid bytes. */
function isUtf8(encoded: string): boolean {
  try {
    decodeURIComponent(encoded);
    return true;
  } catch {
    return false;
  }
}

class Refusal extends Error {}

/**
 * An independent in-memory implementation of docs/protocol.md that supports only server-sent events. It shares no code
 * with the bff. If it passes, the conformance kit doesn't depend on the bff.
 */
export class TinyServer {
  readonly #feeds = new Map<string, Feed>();
  readonly #streams = new Set<Stream>();
  readonly #read = new Map<string, { offset: number; ids: string[] }>();
  readonly #server: Server;
  readonly #fault: Fault | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(fault?: Fault) {
    this.#fault = fault;
    this.#server = createServer((request, response) => {
      this.#respond(request, response).catch((error: unknown) => {
        const detail = String(error);
        const [status, code] =
          error instanceof Refusal ? ([400, 'invalid_query'] as const) : ([500, 'internal_error'] as const);
        response.writeHead(status, { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify({ type: 'about:blank', title: 'Refused', status, code, detail }));
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', resolve));
    this.#timer = setInterval(() => this.#sendPositions(), 2_000);
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query, search } = new URL(request.url ?? '', 'http://tiny');
    const { method = '' } = request;
    if (pathname === '/app/stream') return this.#stream(request, response, query, search);
    const body =
      method === 'POST' || method === 'PUT' ? (JSON.parse(await text(request)) as unknown) : undefined;
    const feed = query.get('feed') ?? 'all';
    if (pathname === '/app/notifications') {
      const { epoch, log } = this.#feed(feed);
      const publications = log.slice(-Number(query.get('limit') ?? 50)).map((entry) => this.#shown(entry));
      return this.#json(response, 200, {
        feed,
        epoch,
        offset: log.length,
        recovered: true,
        more: false,
        publications,
      });
    }
    if (pathname === '/app/notifications/read') {
      const { clientId, ...mark } = body as { feed: string; offset: number; clientId: string };
      this.#read.set(`${clientId} ${mark.feed}`, { offset: mark.offset, ids: [] });
      this.#sendWhere(
        'read',
        { ...mark, ids: [] },
        (stream) => stream.clientId === clientId || this.#fault === 'sends read marks to all readers',
      );
      return this.#json(response, 204);
    }
    if (pathname === '/app/mutes') {
      const { clientId, ...mutes } = body as Record<string, unknown>;
      this.#sendWhere('mutes', mutes, (stream) => stream.clientId === clientId);
      return this.#json(response, 204);
    }
    if (method === 'POST') return this.#json(response, 202, { ids: this.#publish([body].flat() as Item[]) });
    const name = decodeURIComponent(pathname.split('/').at(-1) ?? '');
    if (pathname.startsWith('/feeds/')) {
      if (this.#fault !== 'keeps the epoch after an erasure')
        this.#feeds.set(name, { epoch: randomUUID(), log: [], erased: true });
    } else this.#retract(feed, name);
    return this.#json(response, 202, {});
  }

  #json(response: ServerResponse, status: number, value?: object): void {
    response.writeHead(status, { 'content-type': 'application/json' }).end(value && JSON.stringify(value));
  }

  #feed(name: string): Feed {
    let feed = this.#feeds.get(name);
    if (!feed) this.#feeds.set(name, (feed = { epoch: randomUUID(), log: [], erased: false }));
    return feed;
  }

  #shown({ offset, id, notification, gone, replaces }: Entry): object {
    const expired = notification?.expiresAt !== undefined && Date.parse(notification.expiresAt) <= Date.now();
    const why = gone ?? (expired ? 'expired' : undefined);
    if (why !== undefined) return { offset, notification: null, id, gone: why };
    return { offset, notification, ...(replaces !== undefined && { replaces }) };
  }

  #publish(items: Item[]): string[] {
    for (const item of items) {
      const { log } = this.#feed(item.feed);
      if (log.some(({ id }) => id === item.id)) continue;
      const old = log.find(
        ({ notification, gone }) =>
          !gone && item.collapseKey !== undefined && notification?.collapseKey === item.collapseKey,
      );
      if (old) old.gone = 'replaced';
      const notification = { severity: 'info', createdAt: new Date().toISOString(), ...item };
      log.push({ offset: log.length + 1, id: item.id, notification, ...(old && { replaces: old.id }) });
    }
    this.#push();
    return items.map(({ id }) => id);
  }

  #retract(name: string, id: string): void {
    const { log } = this.#feed(name);
    const found = log.find((entry) => entry.id === id);
    if (found && this.#fault !== 'keeps retracted content') found.gone = 'retracted';
    log.push({ offset: log.length + 1, id, notification: null, gone: 'retracted' });
    this.#push();
    this.#sendWhere('retracted', { feed: name, ids: [id] }, ({ at }) => at.has(name));
  }

  #stream(request: IncomingMessage, response: ServerResponse, query: URLSearchParams, search: string): void {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    const names = query.has('feed') ? query.getAll('feed') : ['all'];
    if (names.some((name) => !NAME.test(name))) throw new Refusal('A feed has an invalid name.');
    if (new Set(names).size < names.length || names.length > 100) throw new Refusal('The feeds are invalid.');
    if (query.has('token')) throw new Refusal('The address contains a token.');
    if (!isUtf8(search)) throw new Refusal('The address is not UTF-8.');
    const last = request.headers['last-event-id'] ?? query.get('lastEventId');
    const from = new Map(
      last === null
        ? []
        : String(last)
            .split(',')
            .map((text): [string, { epoch: string; offset: number }] => {
              const [, name = '', epoch = '', offset = ''] = /^(.+)=([^:=]+):(\d+)$/.exec(text) ?? [];
              if (name === '') throw new Refusal('The event id is invalid.');
              return [decodeURIComponent(name), { epoch: decodeURIComponent(epoch), offset: Number(offset) }];
            }),
    );
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    if (request.method === 'HEAD') return void response.end();
    response.write('retry: 1000\n\n');
    const stream: Stream = { response, clientId: query.get('clientId'), at: new Map() };
    for (const name of names) this.#subscribe(stream, name, from.get(name));
    this.#streams.add(stream);
    response.once('close', () => this.#streams.delete(stream));
    this.#push();
  }

  #subscribe(stream: Stream, feed: string, from?: { epoch: string; offset: number }): void {
    const { epoch, log, erased } = this.#feed(feed);
    const position = from ?? { epoch, offset: log.length };
    const recovered = position.epoch === epoch && position.offset <= log.length;
    const entries = recovered ? log.slice(position.offset, position.offset + PAGE) : log.slice(-50);
    if (this.#fault === 'recovers nothing') entries.length = 0;
    const offset = entries.at(-1)?.offset ?? log.length;
    stream.at.set(feed, { epoch, offset });
    const publications = entries.map((entry) => this.#shown(entry));
    const read = this.#read.get(`${stream.clientId} ${feed}`) ?? { offset: 0, ids: [] };
    const page = { feed, epoch, offset, recovered, more: offset < log.length, publications, read };
    this.#send(stream, 'subscribed', { ...page, ...(erased && !recovered && { erased }) }, true);
  }

  /** Sends each stream the publications it hasn't received yet. */
  #push(): void {
    for (const stream of this.#streams)
      for (const [feed, position] of stream.at) {
        const { epoch, log } = this.#feed(feed);
        const entries = epoch === position.epoch ? log.slice(position.offset) : [];
        if (entries.length === 0) continue;
        stream.at.set(feed, { epoch, offset: log.length });
        const data = { feed, epoch, publications: entries.map((entry) => this.#shown(entry)) };
        for (let times = this.#fault === 'pushes publications twice' ? 2 : 1; times > 0; times--)
          this.#send(stream, 'publications', data, true);
      }
  }

  #sendPositions(): void {
    for (const stream of this.#streams)
      for (const [feed, position] of stream.at) this.#send(stream, 'position', { feed, ...position });
  }

  /** Sends an event to the streams for which `isAudience` returns true. */
  #sendWhere(event: string, data: object, isAudience: (stream: Stream) => boolean): void {
    for (const stream of this.#streams) if (isAudience(stream)) this.#send(stream, event, data);
  }

  #send({ response, at }: Stream, event: string, data: object, withId = false): void {
    const id = [...at].map(([feed, { epoch, offset }]) => `${feed}=${epoch}:${offset}`).join(',');
    response.write(`event: ${event}\n${withId ? `id: ${id}\n` : ''}data: ${JSON.stringify(data)}\n\n`);
  }
}
