import { FeedMerge, type MergeEvent } from '@tocsin/client';
import type { Page, Position, PublicationsEvent } from '@tocsin/contracts';
import { readPage } from '../../recover/page.ts';
import type { WalkInstance } from './instance.ts';
import type { World } from './world.ts';

const PAGE = 4;
const MAX_ASIDE = 6;

/** A browser: the real merge, fed over one socket at a time. */
export class WalkClient {
  readonly merge = new FeedMerge(undefined, MAX_ASIDE);
  readonly shown: string[] = [];
  instance: WalkInstance | undefined;
  /** Where its first answer put it. */
  from: Position | undefined;
  gaps = 0;
  #connection = 0;
  #queue: MergeEvent[] = [];
  #joined = false;
  #gapOpen = false;
  #askLater = false;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  connect(instance: WalkInstance): void {
    this.disconnect();
    this.instance = instance;
    this.#handle({ type: 'connected' });
  }

  disconnect(): void {
    this.#connection++;
    this.#queue = [];
    this.#joined = false;
    if (this.instance) this.#handle({ type: 'disconnected' });
    this.instance = undefined;
    this.#gapOpen = this.#askLater = false;
  }

  push(instance: WalkInstance, { epoch, publications }: PublicationsEvent): void {
    if (this.instance === instance && this.#joined)
      this.#queue.push({ type: 'publications', epoch, publications });
  }

  heartbeat(): void {
    const position = this.instance?.view.position;
    if (position && this.#joined) this.#queue.push({ type: 'position', position });
  }

  read(all: boolean): void {
    do {
      const event = this.#queue.shift();
      if (event) this.#handle(event);
    } while (all && this.#queue.length > 0);
  }

  timers(): void {
    if (this.#gapOpen && this.instance) {
      this.#gapOpen = false;
      this.#handle({ type: 'gap-stayed' });
    }
    if (this.#askLater && this.instance) {
      this.#askLater = false;
      this.#handle({ type: 'retry' });
    }
  }

  #handle(event: MergeEvent): void {
    if (event.type === 'answer') this.from ??= { epoch: event.page.epoch, offset: event.page.offset };
    for (const effect of this.merge.handle(event)) {
      if (effect.type === 'subscribe') this.#subscribe(effect.position);
      if (effect.type === 'ask-later') this.#askLater = true;
      if (effect.type === 'gap-opened') this.#gapOpen = true;
      if (effect.type === 'gap-closed') this.#gapOpen = false;
      if (effect.type === 'missed') {
        this.gaps++;
        this.#world.checker.missed(effect.from, effect.to);
      }
      if (effect.type === 'show') {
        this.#world.checker.shows(effect.epoch, effect.publications);
        this.shown.push(...effect.publications.map(({ notification }) => notification.id));
      }
    }
  }

  #subscribe(position: Position | undefined): void {
    const { instance } = this;
    if (!instance) return;
    const connection = this.#connection;
    // Joined first: pushes may come before the answer.
    this.#joined = true;
    const request = position
      ? ({ kind: 'after', position, limit: PAGE } as const)
      : ({ kind: 'position' } as const);
    const answer = (event: MergeEvent) => {
      if (connection === this.#connection) this.#queue.push(event);
    };
    readPage(instance.view, request, () => this.#world.clock).then(
      (page: Page) => {
        this.#world.checker.answers(page, position);
        answer({ type: 'answer', page });
      },
      () => answer({ type: 'refused' }),
    );
  }
}
