import {
  idBesideAnother,
  isErasure,
  isRetraction,
  type Arrival,
  type EntryItem,
  type Erasure,
  type GoneReason,
  type Notification,
  type Publication,
  type Retraction,
} from '@tocsin/contracts';
import { withoutContent } from '../history/removals.ts';
import { HistoryIndex } from '../history/history-index.ts';
import { hashOfId } from '../ids.ts';

export type Appendable = Exclude<EntryItem, Erasure>;

/** Returns the last erasure, if any, and the items after it. Earlier items are erased along with the feed. */
export function splitAtErasure(items: readonly EntryItem[]): {
  erasure: Erasure | undefined;
  items: Appendable[];
} {
  const erasure = items.findLast(isErasure);
  const last = erasure ? items.lastIndexOf(erasure) : -1;
  const later = items.slice(last + 1).filter((item): item is Appendable => !isErasure(item));
  return { erasure, items: later };
}

/** Whether appending the items could remove earlier publications. If so, `append` needs the history index. */
export const removesContent = (items: readonly Appendable[]): boolean =>
  items.some((item) => isRetraction(item) || item.collapseKey !== undefined);

interface Hashes {
  has(hash: string): boolean;
}

export interface FeedState {
  /** The offset before the first new publication. */
  offset: number;
  known: Hashes;
  retracted: Hashes;
  /** The history index; required if any item could remove earlier publications. */
  index: HistoryIndex | undefined;
}

export interface Place {
  offset: number;
  id: string;
}

export interface AppendResult {
  publications: Publication[];
  /** Hashes of published ids. */
  published: string[];
  /** Hashes of retracted ids. */
  retracted: string[];
  /** Older publications that lose content, keyed by offset. */
  gone: Map<number, GoneReason>;
  /** Where each notification was published, except for suppressed notifications. */
  places: Map<EntryItem, Place>;
  /** Number of suppressed items: notifications with a known or retracted id, and repeated retractions. */
  suppressed: number;
}

/** Assigns offsets to new items and determines which content they remove. Doesn't modify the arguments. */
export function append(items: readonly Appendable[], state: FeedState): AppendResult {
  const appender = new Appender(state);
  for (const item of items) {
    if (isRetraction(item)) appender.retract(item);
    else appender.publish(item);
  }
  return appender.result;
}

interface AcceptedNotification {
  notification: Notification;
  hashes: readonly string[];
}

class Appender {
  readonly #state: FeedState;
  /** Index of this commit's publications. */
  readonly #added = new HistoryIndex();
  readonly #publications: Publication[] = [];
  readonly #published = new Set<string>();
  readonly #retracted = new Set<string>();
  readonly #gone = new Map<number, GoneReason>();
  readonly #places = new Map<EntryItem, Place>();
  #suppressed = 0;

  constructor(state: FeedState) {
    this.#state = state;
  }

  get result(): AppendResult {
    return {
      publications: this.#publications,
      published: [...this.#published],
      retracted: [...this.#retracted],
      gone: this.#gone,
      places: this.#places,
      suppressed: this.#suppressed,
    };
  }

  publish(arrival: Arrival): void {
    // Don't store fallbacks in the feed, since feed content is sent to all of the reader's browsers.
    const { fallback: _, ...content } = arrival;
    const accepted =
      content.sourceHash === undefined ? this.#acceptPlain(content) : this.#acceptEvent(content);
    if (!accepted) {
      this.#suppressed++;
      return;
    }
    const { notification } = accepted;
    for (const hash of accepted.hashes) this.#published.add(hash);
    const replaces = this.#replaceOlder(notification);
    const publication = {
      offset: this.#nextOffset,
      notification,
      ...(replaces !== undefined && { replaces }),
    };
    this.#publications.push(publication);
    this.#added.add(publication);
    this.#places.set(arrival, { offset: publication.offset, id: notification.id });
  }

  /**
   * Returns the notification to publish and the hashes to remember for it, or `undefined` if the id is known or
   * retracted.
   */
  #acceptPlain(notification: Notification): AcceptedNotification | undefined {
    const hash = hashOfId(notification.id);
    return this.#isFree(hash) ? { notification, hashes: [hash] } : undefined;
  }

  /**
   * Like `#acceptPlain`, but for events, which are identified by id and source. If another notification already has the
   * id, the event gets a derived id, and earlier retractions of the original id have no effect. Otherwise, an earlier
   * retraction of the id suppresses the event.
   */
  #acceptEvent({ sourceHash = '', ...notification }: Arrival): AcceptedNotification | undefined {
    const { id } = notification;
    // Unambiguous since ids can't contain spaces.
    const eventHash = hashOfId(`${id} ${sourceHash}`);
    if (this.#isKnown(eventHash)) return undefined;
    const idHash = hashOfId(id);
    if (!this.#isKnown(idHash)) {
      return this.#isRetracted(idHash) ? undefined : { notification, hashes: [idHash, eventHash] };
    }
    const renamedEvent = this.#acceptPlain({ ...notification, id: idBesideAnother(id, sourceHash) });
    return renamedEvent && { ...renamedEvent, hashes: [...renamedEvent.hashes, eventHash] };
  }

  retract({ retract: id }: Retraction): void {
    const hash = hashOfId(id);
    if (this.#isRetracted(hash)) {
      this.#suppressed++;
      return;
    }
    this.#retracted.add(hash);
    for (const offset of this.#added.offsetsOf(id)) this.#removeContent(offset, 'retracted');
    for (const offset of this.#state.index?.offsetsOf(id) ?? []) this.#removeContent(offset, 'retracted');
    this.#publications.push({ offset: this.#nextOffset, notification: null, id, gone: 'retracted' });
  }

  /** Removes the content of the older notification with the same collapse key, and returns that notification's id. */
  #replaceOlder({ collapseKey }: Notification): string | undefined {
    if (collapseKey === undefined) return undefined;
    const older = this.#added.newestWith(collapseKey) ?? this.#state.index?.newestWith(collapseKey);
    if (!older || this.#gone.has(older.offset)) return undefined;
    this.#removeContent(older.offset, 'replaced');
    return older.id;
  }

  get #nextOffset(): number {
    return this.#state.offset + this.#publications.length + 1;
  }

  #isKnown(hash: string): boolean {
    return this.#state.known.has(hash) || this.#published.has(hash);
  }

  #isFree(hash: string): boolean {
    return !this.#isKnown(hash) && !this.#isRetracted(hash);
  }

  #isRetracted(hash: string): boolean {
    return this.#state.retracted.has(hash) || this.#retracted.has(hash);
  }

  #removeContent(offset: number, reason: GoneReason): void {
    const index = offset - this.#state.offset - 1;
    const added = this.#publications[index];
    if (added) {
      this.#publications[index] = withoutContent(added, reason);
      this.#added.remove(offset);
    } else if (!this.#gone.has(offset)) this.#gone.set(offset, reason);
  }
}
