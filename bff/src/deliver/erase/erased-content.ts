import { idOfPublication, parseDateTime, DEFAULT_FEED, type Publication } from '@tocsin/contracts';

/**
 * Erased content of a feed: everything published before `before` (ms since 1970), or the notifications `ids`.
 */
export interface Erased {
  feed: string;
  before?: number | undefined;
  ids?: readonly string[] | undefined;
}

export interface ItemContext {
  /** The feed to assume for an item that has none. */
  feed?: string | undefined;
  /** The id to assume for an item that has none. */
  id?: string | undefined;
  /** The latest time at which the item may have been published, in ms since 1970. */
  publishedAt: number;
}

/** Decides whether content was erased. A feed's erasure does not cover notifications published after it. */
export class ErasedContent {
  readonly #before = new Map<string, number>();
  readonly #ids = new Map<string, Set<string>>();

  constructor(all: Iterable<Erased>) {
    for (const { feed, before, ids = [] } of all) {
      if (before !== undefined) this.#before.set(feed, Math.max(before, this.#before.get(feed) ?? 0));
      const known = this.#ids.get(feed) ?? new Set();
      this.#ids.set(feed, known);
      for (const id of ids) known.add(id);
    }
  }

  get feeds(): string[] {
    return [...this.#ids.keys()];
  }

  /** Whether a message's item is erased. The item may be invalid. */
  has(item: unknown, context: ItemContext): boolean {
    const { feed, id } = typeof item === 'object' && item !== null ? (item as Record<string, unknown>) : {};
    // Any member of an invalid item may contain the feed's name.
    if (typeof feed !== 'string' && this.isNamedIn(JSON.stringify(item) ?? '', context.publishedAt))
      return true;
    return this.#has(
      typeof feed === 'string' ? feed : (context.feed ?? DEFAULT_FEED),
      typeof id === 'string' ? id : context.id,
      context.publishedAt,
    );
  }

  /** Whether the publication still has content that was erased. */
  hasPublication(feed: string, publication: Publication): boolean {
    const { notification } = publication;
    if (notification === null) return false;
    return this.#has(feed, idOfPublication(publication), parseDateTime(notification.createdAt) ?? Infinity);
  }

  /** Whether any feed has an erasure for this id. Used for unreadable content, whose feed is unknown. */
  hasId(id: string): boolean {
    return [...this.#ids.values()].some((ids) => ids.has(id));
  }

  /** Whether unreadable text contains an erased feed or id. */
  isNamedIn(text: string, publishedAt: number): boolean {
    const readings = readingsOf(text);
    const isQuoted = (name: string) => readings.some((reading) => reading.includes(JSON.stringify(name)));
    return this.feeds.some(
      (feed) =>
        (publishedAt < (this.#before.get(feed) ?? 0) &&
          readings.some((reading) => mentions(reading, feed))) ||
        [...(this.#ids.get(feed) ?? [])].some((id) => isQuoted(id)),
    );
  }

  #has(feed: string, id: string | undefined, publishedAt: number): boolean {
    if (publishedAt < (this.#before.get(feed) ?? 0)) return true;
    return id !== undefined && (this.#ids.get(feed)?.has(id) ?? false);
  }
}

const BASE64 = /^[A-Za-z0-9+/]{16,}={0,2}$/;
/** The possible readings of a text: as is, without backslashes (nested JSON has many), and decoded from base64. */
function readingsOf(text: string): string[] {
  const plain = text.replaceAll('\\', '');
  const quoted = /^"(.*)"$/s.exec(plain)?.[1] ?? plain;
  return [text, plain, ...(BASE64.test(quoted) ? [Buffer.from(quoted, 'base64').toString('latin1')] : [])];
}

/** Whether the text contains the name, and not only as the start of a longer name. */
function mentions(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!/[\p{L}\p{N}._:-]/u.test(text[at + name.length] ?? ' ')) return true;
  }
  return false;
}
