import type { Page, Position } from '@tocsin/contracts';
import { ReorderBuffer } from './reorder-buffer.ts';
import { Display } from './display.ts';
import type { Delivery, MergeEffect, MergeEvent } from './merge-types.ts';

/** Maximum number of pushes in a feed's reorder buffer. */
export const REORDER_LIMIT = 2_000;

const isSamePosition = (a: Position | undefined, b: Position | undefined): boolean =>
  a !== undefined && b !== undefined && a.epoch === b.epoch && a.offset === b.offset;

/** Whether the page has all publications from the position to the end of the page. */
function isContiguous(page: Omit<Page, 'feed'>, from: Position): boolean {
  if (!page.recovered || page.epoch !== from.epoch) return false;
  let expected = from.offset;
  for (const { offset } of page.publications) {
    if (offset <= from.offset) continue;
    if (offset !== ++expected) return false;
  }
  return page.more ? expected > from.offset : expected === page.offset;
}

/**
 * Merges a feed's pushes and pages. Uses no I/O and no clock. The position advances one offset at a time, unless a
 * response sets it. It advances past a publication even if the notification isn't shown.
 */
export class FeedMerge {
  readonly #buffer: ReorderBuffer;
  readonly #display = new Display();
  #phase: 'offline' | 'waiting' | 'refused' | 'settled' = 'offline';
  #position: Position | undefined;
  /** The position that the server last announced, if the client has not reached it yet. */
  #announced: Position | undefined;
  /** The epoch of the pushes dropped last. A push is dropped if the response to a later request has another epoch. */
  #otherEpoch: string | undefined;
  #subscribes = 0;
  #gapOpen = false;
  #away = true;
  #effects: MergeEffect[] = [];

  constructor(position?: Position, reorderLimit: number = REORDER_LIMIT) {
    this.#position = position;
    this.#buffer = new ReorderBuffer(reorderLimit);
  }

  get position(): Position | undefined {
    return this.#position;
  }

  /** True from an acknowledgement until the connection ends, or until a subscribe request is refused or unanswered. */
  get live(): boolean {
    return !this.#away;
  }

  /** Processes an event and returns the effects. */
  handle(event: MergeEvent): MergeEffect[] {
    this.#effects = [];
    switch (event.type) {
      case 'connected':
        this.#subscribe();
        break;
      case 'disconnected':
        this.#disconnected();
        break;
      case 'publications':
        for (const publication of event.publications)
          this.#buffer.add(event.epoch, publication, this.#subscribes);
        if (this.#phase === 'settled') this.#pushed(event.epoch);
        break;
      case 'position':
        if (this.#phase !== 'settled') break;
        this.#announced = isSamePosition(event.position, this.#position) ? undefined : event.position;
        this.#checkGap();
        break;
      case 'retracted':
        for (const id of event.ids) this.#display.remove(id, 'retracted');
        if (this.#position) this.#flush(this.#position.epoch, 'live');
        break;
      case 'answer':
        if (this.#phase === 'waiting') this.#answered(event.page);
        break;
      case 'refused':
        if (this.#phase === 'waiting') this.#backOff();
        break;
      case 'retry':
        if (this.#phase === 'refused') this.#subscribe();
        break;
      case 'gap-stayed':
        this.#gapOpen = false;
        if (this.#phase === 'settled') this.#subscribe();
        break;
      case 'silence':
        if (this.#phase === 'settled') this.#subscribe();
        break;
    }
    return this.#effects;
  }

  #subscribe(): void {
    this.#phase = 'waiting';
    this.#subscribes++;
    this.#announced = undefined;
    this.#closeGap();
    this.#effects.push({ type: 'subscribe', position: this.#position });
  }

  #backOff(): void {
    this.#phase = 'refused';
    this.#away = true;
    this.#effects.push({ type: 'ask-later' });
  }

  #disconnected(): void {
    this.#phase = 'offline';
    this.#away = true;
    this.#announced = undefined;
    this.#buffer.clear();
    this.#closeGap();
  }

  #pushed(epoch: string): void {
    if (epoch !== this.#position?.epoch) {
      // Subscribe immediately on the first push from another epoch. If the response doesn't have that epoch, treat
      // later pushes from it as a gap. Otherwise, each push would cause a request.
      if (epoch !== this.#otherEpoch) return this.#subscribe();
    } else {
      this.#mergeBuffered();
    }
    this.#checkGap();
  }

  #answered(page: Omit<Page, 'feed'>): void {
    const from = this.#position;
    const isContinuous = from === undefined ? page.recovered : isContiguous(page, from);
    const last = page.publications.at(-1);
    const makesNoProgress = !last || (page.epoch === from?.epoch && last.offset <= from.offset);
    if (page.more && page.recovered && makesNoProgress) return this.#backOff();
    const offset = page.more && last ? last.offset : page.offset;
    this.#phase = 'settled';
    if (from && !isContinuous) {
      const to = { epoch: page.epoch, offset: page.offset };
      this.#effects.push({ type: 'missed', from, to, erased: page.erased === true });
    }
    if (page.erased) this.#display.forget();
    for (const publication of page.publications) {
      if (!isContinuous || !from || publication.offset > from.offset) this.#display.add(publication);
    }
    this.#flush(page.epoch, isContinuous ? 'recovered' : 'snapshot');
    this.#moveTo({ epoch: page.epoch, offset });
    this.#otherEpoch = this.#buffer.dropOtherEpochs(page.epoch, this.#subscribes) ?? this.#otherEpoch;
    if (page.more && last) return this.#subscribe();
    this.#effects.push({ type: 'caught-up', away: this.#away });
    this.#away = false;
    this.#mergeBuffered();
    this.#checkGap();
  }

  #mergeBuffered(): void {
    let position = this.#position;
    if (!position || this.#buffer.size === 0) return;
    for (let next; (next = this.#buffer.takeNext(position));) {
      position = { epoch: position.epoch, offset: next.offset };
      if (isSamePosition(position, this.#announced)) this.#announced = undefined;
      this.#display.add(next);
    }
    this.#flush(position.epoch, 'live');
    this.#moveTo(position);
    this.#buffer.dropUpTo(position);
  }

  #flush(epoch: string, delivery: Delivery): void {
    const { publications, gone } = this.#display.flush();
    const away = this.#away && delivery !== 'live';
    if (publications.length > 0) this.#effects.push({ type: 'show', epoch, publications, delivery, away });
    for (const [reason, ids] of gone) this.#effects.push({ type: 'gone', ids, reason });
  }

  #moveTo(position: Position): void {
    if (isSamePosition(position, this.#position)) return;
    this.#position = position;
    this.#effects.push({ type: 'moved', position });
  }

  #checkGap(): void {
    const isBehind = this.#buffer.size > 0 || this.#announced !== undefined;
    if (!isBehind) return this.#closeGap();
    if (this.#gapOpen) return;
    this.#gapOpen = true;
    this.#effects.push({ type: 'gap-opened' });
  }

  #closeGap(): void {
    if (!this.#gapOpen) return;
    this.#gapOpen = false;
    this.#effects.push({ type: 'gap-closed' });
  }
}
