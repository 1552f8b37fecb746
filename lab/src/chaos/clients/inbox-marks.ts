import { setTimeout as delay } from 'node:timers/promises';
import { createNotificationClient, searchNotifications, type NotificationClient } from '@tocsin/client';
import type { Random } from '../random.ts';

const FEED = 'user:42';
const BETWEEN_MS = 1_200;
const SNOOZE_MS = 15_000;
/**
 * Interval (ms) for removing the snoozes of notifications that have returned. A snooze counts toward the limit until it
 * is removed, even if it has ended.
 */
const END_RETURNED_EVERY_MS = 5_000;

/** True if the notification is from `Workload`. Those from `Changes` aren't marked, since they can be removed. */
const isFromWorkload = ({ id }: { id: string }): boolean => id.startsWith('user-42-');

interface Device {
  name: string;
  client: NotificationClient;
  /** The times (ms since 1970) at which each snoozed notification returned, by notification id. */
  returned: Map<string, number[]>;
}

/** Times in ms since 1970. */
interface Snooze {
  until: number;
  acknowledgedAt: number;
  isEnded: boolean;
}

/** Results for the acknowledged marks. */
export interface MarkResults {
  archived: number;
  snoozed: number;
  /**
   * How late each snoozed notification returned on each device (ms): time since it was due, or since the snooze was
   * acknowledged if that came later.
   */
  lateMs: number[];
  /** A sentence for each lost mark, and for each snoozed notification that returned early, twice or not at all. */
  faults: string[];
}

/** A reader's devices, one on each instance. Until `stop()`, they archive and snooze incoming notifications. */
export class InboxMarks {
  readonly #devices: readonly Device[];
  readonly #urls: readonly string[];
  readonly #getToken: () => Promise<string>;
  readonly #random: Random;
  /** Ids of notifications that have arrived but aren't marked yet. */
  readonly #unmarked: string[] = [];
  /** Ids whose archiving was acknowledged. */
  readonly #archived = new Set<string>();
  /** Acknowledged snoozes by notification id. */
  readonly #snoozed = new Map<string, Snooze>();
  readonly #work: Promise<unknown>;
  #running = true;

  constructor(urls: readonly string[], random: Random, getToken: () => Promise<string>) {
    this.#urls = urls;
    this.#random = random;
    this.#getToken = getToken;
    this.#devices = urls.map((url, index) => this.#open(`device ${index + 1}`, url, index === 0));
    this.#work = Promise.all([
      this.#repeat(() => this.#archive(), BETWEEN_MS),
      this.#repeat(() => this.#snooze(), BETWEEN_MS),
      this.#repeat(() => this.#endReturned(), END_RETURNED_EVERY_MS),
    ]);
    // Awaited in stop(). An earlier failure must not crash the process.
    this.#work.catch(() => undefined);
  }

  /** When the last snooze ends (ms since 1970). */
  get settledAt(): number {
    return Math.max(0, ...[...this.#snoozed.values()].map(({ until }) => until));
  }

  /** Stops, and resolves when all pending marks are settled. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#work;
  }

  /** Checks the acknowledged marks on every instance and device. Call it when all notifications have arrived. */
  async results(): Promise<MarkResults> {
    const faults = (await Promise.all(this.#urls.map((url) => this.#lostAt(url)))).flat();
    const lateMs: number[] = [];
    for (const { name, returned } of this.#devices) {
      for (const [id, { until, acknowledgedAt }] of this.#snoozed) {
        const times = returned.get(id) ?? [];
        if (times.length !== 1) faults.push(`${id} returned ${times.length} times on ${name}`);
        for (const at of times) {
          if (at < until) faults.push(`${id} returned ${until - at} ms too early on ${name}`);
          else lateMs.push(at - Math.max(until, acknowledgedAt));
        }
      }
    }
    return { archived: this.#archived.size, snoozed: this.#snoozed.size, lateMs, faults };
  }

  close(): void {
    for (const { client } of this.#devices) client.close();
  }

  #open(name: string, url: string, collectsUnmarked: boolean): Device {
    const client = createNotificationClient({ url, getToken: this.#getToken });
    const device: Device = { name, client, returned: new Map() };
    client.subscribe(FEED, {
      onPublications: (publications) => {
        if (!collectsUnmarked) return;
        for (const { notification } of publications)
          if (isFromWorkload(notification)) this.#unmarked.push(notification.id);
      },
      onSnoozeDue: (due) => {
        for (const { notification } of due) {
          const times = device.returned.get(notification.id) ?? [];
          device.returned.set(notification.id, [...times, Date.now()]);
        }
      },
    });
    return device;
  }

  async #repeat(step: () => Promise<void>, pauseMs: number): Promise<void> {
    while (this.#running) {
      await delay(pauseMs + this.#random.below(pauseMs));
      await step();
    }
  }

  /** Sets a mark on a random device. Returns false if it might not have been stored; such a mark isn't checked. */
  async #mark(act: (client: NotificationClient) => Promise<void>): Promise<boolean> {
    const { client } = this.#random.pick(this.#devices);
    return act(client).then(
      () => true,
      () => false,
    );
  }

  #takeUnmarked(): string | undefined {
    return this.#unmarked.splice(this.#random.below(Math.max(1, this.#unmarked.length)), 1)[0];
  }

  async #archive(): Promise<void> {
    const id = this.#takeUnmarked();
    if (id === undefined) return;
    if (await this.#mark((client) => client.mark('archive', FEED, { ids: [id] }))) this.#archived.add(id);
  }

  async #snooze(): Promise<void> {
    const id = this.#takeUnmarked();
    if (id === undefined) return;
    const until = Date.now() + 2_000 + this.#random.below(SNOOZE_MS);
    const change = { ids: [id], until: new Date(until) };
    if (!(await this.#mark((client) => client.mark('snooze', FEED, change)))) return;
    this.#snoozed.set(id, { until, acknowledgedAt: Date.now(), isEnded: false });
  }

  async #endReturned(): Promise<void> {
    const returned = [...this.#snoozed].filter(
      ([id, { isEnded }]) => !isEnded && this.#devices.every((device) => device.returned.has(id)),
    );
    if (returned.length === 0) return;
    const ids = returned.map(([id]) => id);
    if (await this.#mark((client) => client.mark('unsnooze', FEED, { ids })))
      for (const [, snooze] of returned) snooze.isEnded = true;
  }

  /** Reports archived ids that are missing from an instance's archive. */
  async #lostAt(url: string): Promise<string[]> {
    const token = await this.#getToken();
    const archived = new Set<string>();
    let cursor: string | undefined;
    do {
      const request = { state: 'archive', feeds: [FEED], ...(cursor !== undefined && { cursor }) } as const;
      const { items, more, cursor: next } = await searchNotifications(url, undefined, request, { token });
      for (const { notification } of items) archived.add(notification.id);
      cursor = more ? next : undefined;
    } while (cursor !== undefined);
    return [...this.#archived]
      .filter((id) => !archived.has(id))
      .map((id) => `${id} is not archived at ${url}`);
  }
}
