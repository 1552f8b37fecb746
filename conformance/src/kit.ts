import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type { Page, Position, Publication } from '@tocsin/contracts';
import type { Transport } from './transports/transport.ts';
import type { Inbox } from './inbox.ts';
import { SocketReader, type Handshake } from './transports/socket.ts';
import { StreamReader } from './transports/stream.ts';

export interface Target {
  /** Base URL of `/hubs` and `/app`. */
  url: string;
  /** Base URL of `POST /notifications`. Without it, cases that publish are skipped. */
  publishUrl?: string | undefined;
  publishKey?: string | undefined;
  /** A reader's token that permits the topics `conformance-*`. Omit it if the server doesn't require tokens. */
  token?: string | undefined;
  /** Maximum time that a case waits for an event or condition (ms). */
  patienceMs: number;
}

export interface Reader {
  inbox: Inbox;
  /** The first page of each feed. */
  first: Map<string, Page>;
  close(): void;
}

const PAUSE_MS = 400;

/** Default minimum time to wait for the response to a retraction or an erasure (ms). */
const DELETION_MS = 10_000;

/** Tools for a case: unused feed names, a publisher, and connections that are closed when the case ends. */
export class Kit {
  readonly target: Target;
  readonly #deletionMs: number;
  readonly #open: { close(): void }[] = [];

  constructor(target: Target, deletionMs = DELETION_MS) {
    this.target = target;
    this.#deletionMs = deletionMs;
  }

  feed(): string {
    return `topic:conformance-${randomUUID()}`;
  }

  clientId(): string {
    return `conformance-${randomUUID()}`;
  }

  get auth(): Record<string, string> {
    return this.target.token === undefined ? {} : { token: this.target.token };
  }

  get headers(): Record<string, string> {
    return this.target.token === undefined ? {} : { authorization: `Bearer ${this.target.token}` };
  }

  async handshake(over: Transport, auth: Record<string, unknown> = this.auth): Promise<Handshake> {
    assert.ok(over === 'websocket' || over === 'polling');
    const { url, patienceMs } = this.target;
    const handshake = await SocketReader.open({ url, transport: over, auth, patienceMs });
    if ('socket' in handshake) this.#open.push(handshake.socket);
    return handshake;
  }

  async socket(over: Transport, auth: Record<string, unknown> = {}): Promise<SocketReader> {
    const handshake = await this.handshake(over, { ...this.auth, ...auth });
    if ('error' in handshake) throw new Error('the handshake was rejected', { cause: handshake.error });
    return handshake.socket;
  }

  async stream(query: string, headers: Record<string, string> = {}): Promise<StreamReader> {
    const { url, patienceMs } = this.target;
    const stream = await StreamReader.open(
      `${url}/app/stream${query}`,
      { ...this.headers, ...headers },
      patienceMs,
    );
    this.#open.push(stream);
    return stream;
  }

  /** Opens a reader that receives the feed over the transport `over`, starting from `position`. */
  async reader(over: Transport, feed: string, position?: Position, clientId?: string): Promise<Reader> {
    const first = new Map<string, Page>();
    if (over !== 'sse') {
      const socket = await this.socket(over, clientId === undefined ? {} : { clientId });
      first.set(feed, pageOf(await socket.request('subscribe', { feed, ...(position && { position }) })));
      return { inbox: socket.inbox, first, close: () => socket.close() };
    }
    const id = position && `${feed}=${encodeURIComponent(position.epoch)}:${position.offset}`;
    const query = `?feed=${encodeURIComponent(feed)}${clientId === undefined ? '' : `&clientId=${clientId}`}`;
    const stream = await this.stream(query, id === undefined ? {} : { 'last-event-id': id });
    assert.equal(stream.response.status, 200);
    first.set(feed, pageOf((await stream.inbox.waitFor('subscribed', (data) => data['feed'] === feed)).data));
    return { inbox: stream.inbox, first, close: () => stream.close() };
  }

  /**
   * Returns a signal that aborts a request, or the reading of its response, after the target's `patienceMs` or after
   * `minMs`, whichever is longer.
   */
  patience(minMs = 0): AbortSignal {
    return AbortSignal.timeout(Math.max(this.target.patienceMs, minMs));
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.target.url}${path}`, {
      ...init,
      signal: this.patience(),
      headers: { ...this.headers, ...(init.headers as Record<string, string> | undefined) },
    });
  }

  send(method: string, path: string, body: unknown): Promise<Response> {
    return this.get(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async page(feed: string, query = ''): Promise<Page> {
    const response = await this.get(`/app/notifications?feed=${encodeURIComponent(feed)}${query}`);
    assert.equal(response.status, 200);
    return (await response.json()) as Page;
  }

  /** Publishes notifications to the feed. Resolves with their ids when a page contains them. */
  async publish(feed: string, ...notifications: Record<string, unknown>[]): Promise<string[]> {
    const items = notifications.map((input) => ({ id: randomUUID(), title: 'Conformance', ...input, feed }));
    const before = (await this.page(feed, '&limit=1')).offset;
    const response = await this.#change('POST', '/notifications', items);
    const { ids } = (await response.json()) as { ids: string[] };
    // If the case chose the id, the notification might already be in the feed. In that case, it gets no new offset.
    const newCount = notifications.filter(({ id }) => id === undefined).length;
    await this.#waitForOffset(feed, before + newCount);
    return ids;
  }

  publishMany(feed: string, count: number, members: Record<string, unknown> = {}): Promise<string[]> {
    return this.publish(
      feed,
      ...Array.from({ length: count }, (_, index) => ({ title: `No. ${index}`, ...members })),
    );
  }

  async retract(feed: string, id: string): Promise<void> {
    const before = (await this.page(feed, '&limit=1')).offset;
    await this.#change('DELETE', `/notifications/${id}?feed=${encodeURIComponent(feed)}`);
    await this.#waitForOffset(feed, before + 1);
  }

  async erase(feed: string): Promise<void> {
    await this.#change('DELETE', `/feeds/${encodeURIComponent(feed)}`);
  }

  /** Waits long enough for an unwanted event to arrive. */
  pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }

  close(): void {
    for (const connection of this.#open.splice(0)) connection.close();
  }

  async #change(method: string, path: string, body?: unknown): Promise<Response> {
    const { publishUrl, publishKey } = this.target;
    const response = await fetch(`${publishUrl}${path}`, {
      method,
      // An erasure takes at least 3 s, so that small differences between clocks do not matter.
      signal: this.patience(method === 'DELETE' ? this.#deletionMs : 0),
      headers: {
        'content-type': 'application/json',
        ...(publishKey !== undefined && { authorization: `Bearer ${publishKey}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.status !== 202)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  async #waitForOffset(feed: string, offset: number): Promise<void> {
    const end = Date.now() + this.target.patienceMs;
    while ((await this.page(feed, '&limit=1')).offset < offset) {
      if (Date.now() > end) throw new Error(`${feed} didn't reach offset ${offset}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/**
 * Returns the page in a response.
 * @throws AssertionError if the request was rejected or a member is missing
 */
export function pageOf({ ok, ...response }: Record<string, unknown>): Page {
  assert.notEqual(ok, false, `refused: ${JSON.stringify(response)}`);
  const page = response as unknown as Page;
  assert.equal(typeof page.epoch, 'string');
  assert.ok(Number.isSafeInteger(page.offset) && page.offset >= 0, `offset is ${page.offset}`);
  assert.equal(typeof page.recovered, 'boolean');
  assert.equal(typeof page.more, 'boolean');
  assert.ok(Array.isArray(page.publications));
  return page;
}

/**
 * Fails unless `actual` has the members in `expected`. Other members are allowed, because newer servers can add some.
 */
export function assertMembers(actual: unknown, expected: Record<string, unknown>): void {
  const members = Object.keys(expected).map((name) => [name, (actual as Record<string, unknown>)[name]]);
  assert.deepEqual(Object.fromEntries(members), expected);
}

export const idOf = (publication: Publication): string =>
  publication.notification === null ? publication.id : publication.notification.id;

export const idsOf = (publications: readonly Publication[]): string[] => publications.map(idOf);

export const pushedPublications = (inbox: Inbox, feed: string): Publication[] =>
  inbox
    .received('publications')
    .filter(({ data }) => data['feed'] === feed)
    .flatMap(({ data }) => data['publications'] as Publication[]);

/**
 * Waits until `ids.length` publications have been pushed. Fails unless they have exactly these ids, in this order.
 */
export async function assertPushed(inbox: Inbox, feed: string, ids: readonly string[]): Promise<void> {
  await inbox.waitUntil(
    () => pushedPublications(inbox, feed).length >= ids.length,
    `${ids.length} publications`,
  );
  assert.deepEqual(idsOf(pushedPublications(inbox, feed)), ids);
}

/** Fails unless the offsets are consecutive. */
export function assertContiguous(publications: readonly Publication[]): void {
  publications.forEach(({ offset }, index) => {
    const before = publications[index - 1];
    if (before) assert.equal(offset, before.offset + 1);
  });
}
