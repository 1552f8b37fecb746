import { createNotificationClient, type NotificationClient, type Subscription } from '@tocsin/client';
import type { Position } from '@tocsin/contracts';

export interface Shown {
  id: string;
  epoch: string;
  offset: number;
  /** ms since 1970 */
  at: number;
}

/** A browser without a screen: the client package, and a record of everything that it was told to show. */
export class Observer {
  readonly name: string;
  readonly feed: string;
  readonly shown: Shown[] = [];
  readonly gaps: { from: Position; to: Position }[] = [];
  readonly errors: string[] = [];
  readonly #client: NotificationClient;
  readonly #subscription: Subscription;

  constructor(
    name: string,
    url: string,
    { feed = 'all', position }: { feed?: string; position?: Position } = {},
  ) {
    this.name = name;
    this.feed = feed;
    this.#client = createNotificationClient({ url, transports: ['websocket'] });
    this.#client.on('error', (error) => this.errors.push(error.message));
    this.#subscription = this.#client.subscribe(
      feed,
      {
        onPublications: (publications, { epoch }) => {
          const at = Date.now();
          for (const { offset, notification } of publications)
            this.shown.push({ id: notification.id, epoch, offset, at });
        },
        onGap: (from, to) => this.gaps.push({ from, to }),
      },
      position ? { position } : {},
    );
  }

  get position(): Position | undefined {
    return this.#subscription.position;
  }

  /** Resolves when it knows where its feed stands. @throws Error after `timeoutMs` */
  async ready(timeoutMs = 20_000): Promise<void> {
    await until(() => this.position !== undefined, timeoutMs, `${this.name} has no position`);
  }

  /** Resolves when `ids` were all shown. @throws Error after `timeoutMs` that says how many are missing */
  async sees(ids: Iterable<string>, timeoutMs = 30_000): Promise<void> {
    const wanted = [...ids];
    let count = 0;
    let held = new Set<string>();
    const missing = () => {
      if (this.shown.length !== count) {
        count = this.shown.length;
        held = new Set(this.shown.map(({ id }) => id));
      }
      return wanted.filter((id) => !held.has(id));
    };
    await until(
      () => missing().length === 0,
      timeoutMs,
      () => `${this.name} misses ${missing().length} of ${wanted.length}, first ${missing()[0] ?? ''}`,
    );
  }

  close(): void {
    this.#client.close();
  }
}

async function until(
  condition: () => boolean,
  timeoutMs: number,
  message: string | (() => string),
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(typeof message === 'string' ? message : message());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
