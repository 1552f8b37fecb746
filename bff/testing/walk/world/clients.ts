import { FeedMerge, type MergeEvent } from '@tocsin/client';
import type { Page, Position, Publication } from '@tocsin/contracts';
import { readPage } from '../../../src/recover/page/page.ts';
import type { WalkInstance } from './instance.ts';
import type { Checker } from '../check/checker.ts';
import type { Report } from '../check/report.ts';

const PAGE_LIMIT = 4;
const REORDER_LIMIT = 6;

/** The parts of the world that clients use. */
interface ClientsWorld {
  readonly report: Report;
  readonly checker: Checker;
  readonly position: Position | undefined;
  readonly clock: number;
}

/** A browser with the real `FeedMerge`, connected over one socket at a time. */
export class WalkClient {
  readonly merge: FeedMerge;
  readonly shown: string[] = [];
  instance: WalkInstance | undefined;
  /** The client's first position, either saved by an earlier tab or taken from the first response. */
  from: Position | undefined;
  gaps = 0;
  /** All of the client's positions, including from earlier tabs. */
  readonly positions: Position[];
  #connection = 0;
  #queue: MergeEvent[] = [];
  #joined = false;
  /** Publications received over this connection. For each, the instance's `joins` at that time. */
  readonly #pushed = new Map<string, number>();
  #gapOpen = false;
  #askLater = false;
  readonly #world: ClientsWorld;

  constructor(world: ClientsWorld, positions: Position[] = [], saved?: Position) {
    this.#world = world;
    this.positions = positions;
    this.from = saved;
    this.merge = new FeedMerge(saved, REORDER_LIMIT);
  }

  get hasEvents(): boolean {
    return this.#queue.length > 0;
  }

  get hasTimer(): boolean {
    return this.instance !== undefined && (this.#gapOpen || this.#askLater);
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
    this.#pushed.clear();
    if (this.instance) this.#handle({ type: 'disconnected' });
    this.instance = undefined;
    this.#gapOpen = this.#askLater = false;
  }

  push(instance: WalkInstance, epoch: string, publications: readonly Publication[]): void {
    if (this.instance !== instance || !this.#joined) return;
    for (const { offset } of publications) {
      const place = `${epoch}:${offset}`;
      if (this.#pushed.get(place) === instance.joins) this.#world.report.violation('TWICE-ON-WIRE', place);
      this.#pushed.set(place, instance.joins);
    }
    this.#queue.push({ type: 'publications', epoch, publications: [...publications] });
  }

  receivePosition(instance: WalkInstance, position: Position): void {
    if (this.instance === instance && this.#joined) this.#queue.push({ type: 'position', position });
  }

  heartbeat(): void {
    const position = this.instance?.view.position;
    if (this.instance && position) this.receivePosition(this.instance, position);
  }

  handleNextEvent(): void {
    const event = this.#queue.shift();
    if (event) this.#handle(event);
  }

  fireTimers(): void {
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
    const { checker } = this.#world;
    if (event.type === 'answer') this.from ??= { epoch: event.page.epoch, offset: event.page.offset };
    for (const effect of this.merge.handle(event)) {
      if (effect.type === 'subscribe') this.#subscribe(effect.position);
      if (effect.type === 'ask-later') this.#askLater = true;
      if (effect.type === 'gap-opened') this.#gapOpen = true;
      if (effect.type === 'gap-closed') this.#gapOpen = false;
      if (effect.type === 'moved') this.positions.push(effect.position);
      if (effect.type === 'missed') {
        this.gaps++;
        checker.onMissed(effect.from, event.type === 'answer' && event.page.recovered);
      }
      if (effect.type === 'show') {
        checker.onShow(effect.epoch, effect.publications, this.shown);
        this.shown.push(...effect.publications.map(({ notification }) => notification.id));
      }
    }
  }

  #subscribe(position: Position | undefined): void {
    const { instance } = this;
    if (!instance) return;
    const connection = this.#connection;
    // Join first: publications can arrive before the response.
    if (!this.#joined) instance.join();
    this.#joined = true;
    const request = position
      ? ({ kind: 'after', position, limit: PAGE_LIMIT } as const)
      : ({ kind: 'position' } as const);
    const { position: head } = this.#world;
    const answer = (event: MergeEvent) => {
      if (connection === this.#connection) this.#queue.push(event);
    };
    readPage(instance.view, request, () => this.#world.clock).then(
      (page: Page) => {
        this.#world.checker.onAnswer(page, position, head);
        answer({ type: 'answer', page });
      },
      () => answer({ type: 'refused' }),
    );
  }
}
