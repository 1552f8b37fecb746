import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import {
  SEARCH_PARAMETERS,
  SOCKET_PATH,
  type Notification,
  type Mutes,
  type Page,
  type Position,
  type Preferences,
  type Publication,
  type ReadState,
  type SubscribeAnswer,
  type SubscribeRequest,
} from '@tocsin/contracts';
import { pageHeaders } from '@tocsin/service';
import { freePorts } from '@tocsin/tools';
import { Server } from 'socket.io';
import { FakeAway } from './fake-away.ts';
import { serveFile } from './fake-files.ts';
import { FakeInbox } from './fake-inbox.ts';

/** Sets a bff's page headers. The cast replaces Express's types with Node's. */
const setHeaders = pageHeaders() as unknown as (
  request: IncomingMessage,
  response: ServerResponse,
  next: () => void,
) => void;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}

export type Draft = Partial<Notification> & { title: string };

interface FeedLog {
  epoch: string;
  log: Publication[];
}

/**
 * Serves the built page and a bff's API from memory, for page tests. Simulates failures on demand. Doesn't use Dapr or
 * Redis.
 */
export class FakeBff {
  readonly #dist: string;
  #http: HttpServer | undefined;
  #io: Server | undefined;
  #port = 0;
  #feeds = new Map<string, FeedLog>();
  #ids = 0;
  #epochs = 0;
  restFails = false;
  restDelayMs = 0;
  /** Runs after a page of a feed has been read but before it's sent. */
  afterPage: (() => void) | undefined;
  refusal: { code: 'unavailable' | 'invalid_request'; message: string; temporary: boolean } | undefined;
  requests: string[] = [];
  subscribes: SubscribeRequest[] = [];
  /** The `auth` data of all handshakes, oldest first. */
  handshakes: Record<string, unknown>[] = [];
  /** The `Authorization` headers of requests for a page of a feed. */
  bearers = new Set<string | undefined>();
  reads = new Map<string, ReadState>();
  readonly away = new FakeAway((feed) => this.#feed(feed));
  readonly inbox = new FakeInbox({
    feed: (feed) => this.#feed(feed),
    feeds: () => [...this.#feeds.keys()],
    readOf: (feed) => this.#readOf(feed),
    emit: (name, payload) => this.#io?.emit(name, payload),
  });

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get mutes(): Mutes {
    const { feeds, severities } = this.inbox.preferences;
    return { feeds: [...feeds], severities: [...severities] };
  }

  get connections(): number {
    return this.#io?.engine.clientsCount ?? 0;
  }

  /** `dist` is the folder with the built page. */
  constructor(dist: string) {
    this.#dist = dist;
  }

  async start(): Promise<void> {
    // Reserve the port, so that no other process takes it while this bff is stopped.
    if (this.#port === 0) [this.#port = 0] = await freePorts(1);
    this.#http = createServer((request, response) => void this.#serve(request, response));
    this.#io = new Server(this.#http, { path: SOCKET_PATH, serveClient: false });
    this.#io.on('connection', (socket) => {
      this.handshakes.push(socket.handshake.auth);
      socket.on('subscribe', (request: SubscribeRequest, respond: (reply: SubscribeAnswer) => void) => {
        this.subscribes.push(request);
        if (this.refusal) return respond({ ok: false, error: this.refusal });
        void socket.join(request.feed);
        respond({ ok: true, ...this.#recover(request.feed, request.position) });
      });
    });
    const http = this.#http;
    await new Promise<void>((resolve) => http.listen(this.#port, '127.0.0.1', resolve));
  }

  /** Simulates a crash. `start` restarts the bff on the same port with the same feeds. */
  async stop(): Promise<void> {
    this.#http?.closeAllConnections();
    await this.#io?.close();
  }

  /** Appends notifications to the feed, and unless `push` is false, pushes them in one event. Returns the ids. */
  publish(drafts: readonly Draft[], { feed = 'all', push = true } = {}): string[] {
    const { epoch, log } = this.#feed(feed);
    const publications = drafts.map((draft, index): Publication => {
      const notification: Notification = {
        id: `n-${++this.#ids}`,
        feed,
        severity: 'info',
        createdAt: new Date().toISOString(),
        ...draft,
      };
      return { offset: log.length + index + 1, notification };
    });
    log.push(...publications);
    if (push) this.#io?.to(feed).emit('publications', { feed, epoch, publications });
    return publications.flatMap(({ notification }) => (notification ? [notification.id] : []));
  }

  retract(id: string, feed = 'all'): void {
    const { epoch, log } = this.#feed(feed);
    const gone = { notification: null, id, gone: 'retracted' } as const;
    log.forEach((publication, index) => {
      if (publication.notification?.id === id) log[index] = { offset: publication.offset, ...gone };
    });
    const publication: Publication = { offset: log.length + 1, ...gone };
    log.push(publication);
    this.#io?.to(feed).emit('publications', { feed, epoch, publications: [publication] });
  }

  /** Erases the feed. Clients learn of the erasure from the new epoch. */
  erase(feed = 'all'): void {
    const epoch = `${++this.#epochs}-fake-erased`;
    this.#feeds.set(feed, { epoch, log: [] });
    this.#io?.to(feed).emit('publications', { feed, epoch, publications: [] });
  }

  /** Simulates a loss of feed state: a new epoch with an empty log. */
  loseState(feed = 'all'): void {
    this.#feeds.delete(feed);
  }

  /** Closes all connections. Clients can reconnect immediately. */
  closeConnections(): void {
    this.#io?.disconnectSockets(true);
  }

  #feed(feed: string): FeedLog {
    let log = this.#feeds.get(feed);
    if (!log) this.#feeds.set(feed, (log = { epoch: `${++this.#epochs}-fake`, log: [] }));
    return log;
  }

  #recover(feed: string, position: Position | undefined): Page {
    const { epoch, log } = this.#feed(feed);
    const recovered = !position || (position.epoch === epoch && position.offset <= log.length);
    const missed = !position ? [] : recovered ? log.slice(position.offset) : log.slice(-50);
    const publications = recovered ? missed.slice(0, 200) : missed;
    const more = publications.length < missed.length;
    const offset = more ? (publications.at(-1)?.offset ?? 0) : log.length;
    const erased = !recovered && epoch.endsWith('-erased');
    return {
      feed,
      epoch,
      offset,
      recovered,
      more,
      ...(erased && { erased }),
      read: this.#readOf(feed),
      ...this.#inboxOf(feed),
      publications,
    };
  }

  #inboxOf(feed: string): Pick<Page, 'inbox'> {
    const inbox = this.inbox.stateOf(feed);
    return inbox && !this.inbox.rejectsAll ? { inbox } : {};
  }

  #readOf(feed: string): ReadState {
    return this.reads.get(feed) ?? { offset: 0, ids: [] };
  }

  /** Marks notifications as read, as if from another of the reader's tabs or devices. */
  read(feed: string, { offset, ids }: Partial<ReadState>): void {
    const before = this.#readOf(feed);
    const after = {
      offset: Math.max(before.offset, offset ?? 0),
      ids: [...new Set([...before.ids, ...(ids ?? [])])],
    };
    this.reads.set(feed, after);
    this.#io?.emit('read', { feed, epoch: this.#feed(feed).epoch, ...after });
    this.inbox.read(feed, ids ?? [], offset);
  }

  /** Sets the reader's mutes, as if from another device. */
  mute({ feeds, severities }: Mutes): void {
    this.inbox.changePreferences({ feeds, severities });
    this.#io?.emit('mutes', this.mutes);
  }

  /** Handles the request and returns true if it's for the reader's inbox. */
  async #serveInbox(request: IncomingMessage, url: URL, response: ServerResponse): Promise<boolean> {
    const name = url.pathname.slice('/app/notifications/'.length);
    const isChange = request.method === 'POST' && url.pathname.startsWith('/app/notifications/');
    const isSearch =
      url.pathname === '/app/notifications' && SEARCH_PARAMETERS.some((key) => url.searchParams.has(key));
    const isPreferences = url.pathname === '/app/preferences';
    if (!isChange && !isSearch && !isPreferences) return false;
    if (this.inbox.rejectsAll || this.restFails) {
      const status = this.restFails ? 503 : isSearch ? 400 : 404;
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    } else if (isChange) {
      const isKnown = this.inbox.change(name, (await bodyOf(request)) as { feed: string });
      response.writeHead(isKnown ? 204 : 404).end();
    } else if (request.method === 'PATCH') {
      this.inbox.changePreferences((await bodyOf(request)) as Partial<Preferences>);
      response.writeHead(204).end();
    } else {
      const body = isSearch ? await this.inbox.search(url.searchParams) : this.inbox.preferences;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    }
    return true;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    setHeaders(request, response, () => undefined);
    if (url.pathname.startsWith(SOCKET_PATH)) return;
    if (url.pathname === '/app/notifications/read') {
      const { feed, ...read } = (await bodyOf(request)) as Partial<ReadState> & { feed: string };
      this.read(feed, read);
      return void response.writeHead(204).end();
    }
    if (url.pathname === '/app/mutes') {
      if (request.method === 'PUT') {
        this.mute((await bodyOf(request)) as Mutes);
        return void response.writeHead(204).end();
      }
      response.setHeader('content-type', 'application/json');
      return void response.end(JSON.stringify(this.mutes));
    }
    if (await this.#serveInbox(request, url, response)) return;
    if (await this.away.serve({ request, url, response, body: () => bodyOf(request) })) return;
    if (url.pathname !== '/app/notifications') return serveFile(this.#dist, url.pathname, response);
    this.requests.push(url.search);
    this.bearers.add(request.headers.authorization);
    if (this.restDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.restDelayMs));
    if (this.restFails) {
      response.writeHead(503, { 'content-type': 'application/problem+json' });
      const reason = { code: 'unavailable', detail: 'Not now.' };
      return void response.end(JSON.stringify({ type: 'about:blank', title: 'No', status: 503, ...reason }));
    }
    const feed = url.searchParams.get('feed') ?? 'all';
    const limit = Number(url.searchParams.get('limit') ?? 50);
    const { epoch, log } = this.#feed(feed);
    const before = Number(url.searchParams.get('before') ?? log.length + 1);
    const end = before - 1;
    const start = Math.max(0, end - limit);
    response.setHeader('content-type', 'application/json');
    const page: Page = {
      feed,
      epoch,
      offset: log.length,
      recovered: true,
      more: url.searchParams.has('before') && start > 0,
      read: this.#readOf(feed),
      ...this.#inboxOf(feed),
      publications: log.slice(start, end),
    };
    const text = JSON.stringify(page);
    this.afterPage?.();
    response.end(text);
  }
}
