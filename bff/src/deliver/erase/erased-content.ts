import { idOfPublication, parseDateTime, DEFAULT_FEED, type Publication } from '@tocsin/contracts';

/**
 * A feed's erased content: all notifications published before `before` (ms since 1970), or those with an id in `ids`.
 */
export interface Erased {
  feed: string;
  before?: number | undefined;
  ids?: readonly string[] | undefined;
}

export interface ItemContext {
  /** Default feed for items that don't specify a feed. */
  feed?: string | undefined;
  /** Default id for items without an id. */
  id?: string | undefined;
  /** The latest possible publication time (ms since 1970). */
  publishedAt: number;
}

/** Decides whether content was erased. A feed's erasure doesn't cover notifications published later. */
export class ErasedContent {
  readonly #before = new Map<string, number>();
  /** The lengths of the names in `#before`. */
  readonly #lengths: ReadonlySet<number>;
  readonly #ids = new Map<string, Set<string>>();
  /** Erased ids across all feeds. */
  readonly #allIds = new Set<string>();

  constructor(all: Iterable<Erased>) {
    for (const { feed, before, ids = [] } of all) {
      if (before !== undefined) this.#before.set(feed, Math.max(before, this.#before.get(feed) ?? 0));
      const known = this.#ids.get(feed) ?? new Set();
      this.#ids.set(feed, known);
      for (const id of ids) {
        known.add(id);
        this.#allIds.add(id);
      }
    }
    this.#lengths = new Set([...this.#before.keys()].map((feed) => feed.length));
  }

  get feeds(): string[] {
    return [...this.#ids.keys()];
  }

  /** Whether the item is erased. Also accepts invalid items. */
  has(item: unknown, context: ItemContext): boolean {
    // If the item has no `feed` string, any member could contain the feed's name.
    if (feedOf(item) === undefined && this.isMentionedIn(textOf(item), context.publishedAt)) return true;
    return this.#hasItem(item, context);
  }

  /**
   * Returns a function like `has` that takes an item's index in `items`. Fast for up to 100,000 items, because it
   * searches the text of many items at a time. Searches a single item's text only if the joint search found erased
   * content, or if the text could be base64.
   */
  createCheck(items: readonly unknown[]): (index: number, context: ItemContext) => boolean {
    const withoutFeed = items.map((item) => feedOf(item) === undefined);
    const texts = items.map((item, index) => (withoutFeed[index] ? textOf(item) : ''));
    const suspects = new Set<number>();
    const search = (start: number, end: number): void => {
      if (!this.isMentionedIn(`[${texts.slice(start, end).join()}]`, -Infinity)) return;
      if (end - start === 1) {
        suspects.add(start);
        return;
      }
      const middle = (start + end) >> 1;
      search(start, middle);
      search(middle, end);
    };
    search(0, items.length);
    return (index, context) => {
      const text = texts[index] ?? '';
      // The joint search doesn't decode base64, so texts that could be base64 are searched one by one.
      const isSuspect = suspects.has(index) || (withoutFeed[index] && text.length >= MIN_BASE64);
      return (
        (isSuspect && this.isMentionedIn(text, context.publishedAt)) || this.#hasItem(items[index], context)
      );
    };
  }

  /** Whether the publication has content that was erased. */
  hasPublication(feed: string, publication: Publication): boolean {
    const { notification } = publication;
    if (notification === null) return false;
    return this.#has(feed, idOfPublication(publication), parseDateTime(notification.createdAt) ?? Infinity);
  }

  /** Whether this id is erased in any feed. Use this for unreadable content, whose feed is unknown. */
  hasId(id: string): boolean {
    return this.#allIds.has(id);
  }

  /** Whether unreadable text mentions an erased feed or id. */
  isMentionedIn(text: string, publishedAt: number): boolean {
    return readingsOf(text).some(
      (reading) =>
        this.#isFeedIn(reading, publishedAt) ||
        (this.#allIds.size > 0 && quotedIn(reading).some((name) => this.#allIds.has(name))),
    );
  }

  /** Whether the text contains an erased feed's name. Ignores longer names that only start with that name. */
  #isFeedIn(text: string, publishedAt: number): boolean {
    if (this.#lengths.size === 0) return false;
    for (const { index } of text.matchAll(FEED_START))
      for (const length of this.#lengths) {
        if (NAME_CHARACTER.test(text[index + length] ?? ' ')) continue;
        if (this.#isBefore(text.slice(index, index + length), publishedAt)) return true;
      }
    return false;
  }

  #isBefore(feed: string, publishedAt: number): boolean {
    return publishedAt < (this.#before.get(feed) ?? -Infinity);
  }

  #hasItem(item: unknown, { feed = DEFAULT_FEED, id, publishedAt }: ItemContext): boolean {
    return this.#has(feedOf(item) ?? feed, memberOf(item, 'id') ?? id, publishedAt);
  }

  #has(feed: string, id: string | undefined, publishedAt: number): boolean {
    if (this.#isBefore(feed, publishedAt)) return true;
    return id !== undefined && (this.#ids.get(feed)?.has(id) ?? false);
  }
}

const memberOf = (item: unknown, name: 'feed' | 'id'): string | undefined => {
  const value =
    typeof item === 'object' && item !== null ? (item as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
};
const feedOf = (item: unknown): string | undefined => memberOf(item, 'feed');
const textOf = (item: unknown): string => JSON.stringify(item) ?? '';

const MIN_BASE64 = 16;
const BASE64 = /^[A-Za-z0-9+/]{16,}={0,2}$/;
/**
 * Returns the possible readings of a text: as is, with backslashes removed (nested JSON has many), and decoded from
 * base64.
 */
function readingsOf(text: string): string[] {
  const plain = text.replaceAll('\\', '');
  const quoted = /^"(.*)"$/s.exec(plain)?.[1] ?? plain;
  return [text, plain, ...(BASE64.test(quoted) ? [Buffer.from(quoted, 'base64').toString('latin1')] : [])];
}

/** Returns all strings between two quotation marks. This finds every `"<id>"`, since ids contain no quotation marks. */
const quotedIn = (text: string): string[] => text.split('"').slice(1, -1);

/** The start of every feed's name. */
const FEED_START = /all|topic:|user:/g;
const NAME_CHARACTER = /[\p{L}\p{N}._:-]/u;
