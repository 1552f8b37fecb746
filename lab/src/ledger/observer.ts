import { setTimeout as delay } from 'node:timers/promises';
import {
  createNotificationClient,
  memoryPositions,
  type ClientStatus,
  type NotificationClient,
  type NotificationClientOptions,
} from '@tocsin/client';
import type { GoneReason, Position } from '@tocsin/contracts';

/** Milliseconds since 1970, including fractions. */
const now = (): number => performance.timeOrigin + performance.now();

export interface ShownNotification {
  id: string;
  epoch: string;
  offset: number;
  /** Milliseconds since 1970. */
  at: number;
}

export interface Gap {
  from: Position;
  to: Position;
  erased: boolean;
}

export interface Gone {
  id: string;
  reason: GoneReason;
  /** Milliseconds since 1970. */
  at: number;
}

export interface ObserverOptions {
  feed?: string;
  /** The position to recover from. If omitted, only new publications arrive. */
  position?: Position;
  /** Called to get a token for every connection, and before a token expires. */
  getToken?: NotificationClientOptions['getToken'];
}

/** Acts like a browser: uses the client package, and records all shown notifications. */
export class Observer {
  readonly name: string;
  readonly feed: string;
  readonly shown: ShownNotification[] = [];
  readonly gone: Gone[] = [];
  readonly gaps: Gap[] = [];
  /** Connection state changes that a page would show, and when they happened (ms since 1970). */
  readonly statuses: { status: ClientStatus; at: number }[] = [];
  #lastError = '';
  readonly #getToken: NotificationClientOptions['getToken'];
  readonly #positions = memoryPositions();
  #client: NotificationClient | undefined;

  constructor(name: string, url: string, { feed = 'all', position, getToken }: ObserverOptions = {}) {
    this.#getToken = getToken;
    this.name = name;
    this.feed = feed;
    if (position) this.#positions.set(feed, position);
    this.connect(url);
  }

  /** The position in the feed, kept across connections. */
  get position(): Position | undefined {
    return this.#positions.get(this.feed);
  }

  /** Reconnects as a reloaded page does: keeps only the position. */
  connect(url: string): void {
    this.close();
    const client = createNotificationClient({
      url,
      transports: ['websocket'],
      positions: this.#positions,
      ...(this.#getToken && { getToken: this.#getToken }),
    });
    client.on('status', (status) => this.statuses.push({ status, at: now() }));
    client.on('error', (error) => (this.#lastError = `; its last error: ${error.message}`));
    client.subscribe(this.feed, {
      onPublications: (publications, { epoch }) => {
        const at = now();
        for (const { offset, notification } of publications)
          this.shown.push({ id: notification.id, epoch, offset, at });
      },
      onGone: (ids, reason) => {
        const at = now();
        for (const id of ids) this.gone.push({ id, reason, at });
      },
      onGap: (from, to, { erased }) => this.gaps.push({ from, to, erased }),
    });
    this.#client = client;
  }

  /** Resolves when the client knows the feed's position. @throws Error after `timeoutMs` */
  async ready(timeoutMs = 20_000): Promise<void> {
    await until(
      () => this.position !== undefined,
      timeoutMs,
      () => `${this.name} does not know its position${this.#lastError}`,
    );
  }

  /** Resolves when all `ids` have been shown. @throws Error after `timeoutMs` with the number of missing ids */
  async untilShown(ids: Iterable<string>, timeoutMs = 30_000): Promise<void> {
    const expected = [...ids];
    const findMissing = () => {
      const shown = new Set(this.shown.map(({ id }) => id));
      return expected.filter((id) => !shown.has(id));
    };
    let counted = -1;
    let missing = expected;
    const complete = () => {
      if (counted !== this.shown.length) {
        counted = this.shown.length;
        missing = findMissing();
      }
      return missing.length === 0;
    };
    await until(
      complete,
      timeoutMs,
      () =>
        `${this.name} is missing ${missing.length} of ${expected.length} notifications; the first is ${missing[0] ?? ''}${this.#lastError}`,
    );
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }
}

async function until(condition: () => boolean, timeoutMs: number, message: () => string): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(message());
    await delay(20);
  }
}
