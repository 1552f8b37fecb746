import {
  DOCUMENT_VERSION,
  mutesKey,
  readDocumentSchema,
  readKey,
  type MarkRead,
  type Position,
  type ReadDocument,
  type ReadState,
} from '@tocsin/contracts';
import { TemporaryError } from '../deliver/errors.ts';
import { isLaterEpoch } from '../feed/position.ts';
import { present } from '../feed/present.ts';
import type { FeedView } from '../recover/feed-view.ts';
import { advance, type History } from './advance.ts';
import type { ReaderChannel, ReaderEvent, ReaderStore } from './ports.ts';
import { ANONYMOUS } from './reader.ts';
import { Remembered } from './remembered.ts';
import { writeDocument } from './write-document.ts';

export type ReadableFeed = Pick<FeedView, 'known' | 'compare' | 'floor' | 'stretch'>;

export interface ReadStatesOptions {
  store: ReaderStore;
  channel: ReaderChannel;
  view: (feed: string) => ReadableFeed;
  /** What is longer ago has left the history of every feed. */
  ttlSeconds: number;
  now: () => number;
}

const USER = 'user:';

/** What each reader has read of each feed. */
export class ReadStates {
  readonly #use: ReadStatesOptions;
  readonly #remembered: Remembered<ReadDocument | undefined>;
  /** Marks of one document follow each other here; between instances its etag decides. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(options: ReadStatesOptions) {
    this.#use = options;
    this.#remembered = new Remembered(options.now);
    options.channel.onTold((told) => this.#heard(told));
  }

  /** What is kept for a reader of a feed; `stateIn` tells what counts. */
  stored(reader: string, feed: string): Promise<ReadDocument | undefined> {
    const key = readKey(reader, feed);
    return this.#remembered.get(key, async () => parse(key, (await this.#use.store.read(key))?.value));
  }

  /** Resolves when it is kept and the reader's connections are told. Repeating is harmless, and tells them again. */
  mark(reader: string, request: Omit<MarkRead, 'clientId'>): Promise<void> {
    const key = readKey(reader, request.feed);
    const mark = (this.#running.get(key) ?? Promise.resolve()).then(() => this.#mark(reader, key, request));
    const settled = mark.catch(() => undefined);
    this.#running.set(key, settled);
    void settled.then(() => this.#running.get(key) === settled && this.#running.delete(key));
    return mark;
  }

  /** Deletes what is known to belong to a feed that was erased: what is kept of its person, and of the nameless. */
  async erase(feed: string): Promise<void> {
    const keys = [readKey(ANONYMOUS, feed)];
    // Whose feed it is has the reader's name of its own.
    if (feed.startsWith(USER)) keys.push(readKey(feed, feed), mutesKey(feed));
    await this.#use.store.remove(keys);
    for (const key of keys) this.#remembered.forget(key);
  }

  async #mark(
    reader: string,
    key: string,
    { feed, epoch, offset = 0, ids = [] }: Omit<MarkRead, 'clientId'>,
  ) {
    const view = this.#use.view(feed);
    const head = await headFor(view, { epoch, offset });
    // Nothing can have been read of it, and names of feeds must not fill the store.
    if (head.offset === 0) return;
    const marked = { offset: epoch === undefined || epoch === head.epoch ? offset : 0, ids };
    const history = this.#historyOf(view, head, await view.floor());
    let state: ReadState = { offset: 0, ids: [] };
    await writeDocument(this.#use.store, key, this.#use.ttlSeconds, async (value) => {
      const stored = parse(key, value);
      if (stored && isLaterEpoch(stored.epoch, head.epoch))
        throw new TemporaryError(`${feed} began a new epoch that is not known here yet`);
      const before = stateIn(head.epoch, stored);
      state = await advance(before, marked, history);
      if (stored?.epoch === head.epoch && isSame(before, state)) return undefined;
      return {
        v: DOCUMENT_VERSION,
        epoch: head.epoch,
        ...state,
        at: this.#use.now(),
      } satisfies ReadDocument;
    });
    await this.#use.channel.tell({ name: 'read', reader, event: { feed, epoch: head.epoch, ...state } });
  }

  #historyOf(view: ReadableFeed, { offset }: Position, floor: number): History {
    const { now } = this.#use;
    const stretch: History['stretch'] = async (first, last) =>
      (await view.stretch(first, last)).map((publication) => present(publication, now()));
    return { head: offset, floor, stretch };
  }

  #heard(told: ReaderEvent): void {
    if (told.name === 'read') this.#remembered.forget(readKey(told.reader, told.event.feed));
  }
}

/** What counts in the epoch. */
export const stateIn = (epoch: string, stored: ReadDocument | undefined): ReadState =>
  stored?.epoch === epoch ? { offset: stored.offset, ids: stored.ids } : { offset: 0, ids: [] };

/** Where the feed stands, looked up where the reader knows more of it than this instance. */
async function headFor(
  view: ReadableFeed,
  reader: { epoch: string | undefined; offset: number },
): Promise<Position> {
  const known = await view.known();
  if (reader.offset <= known.offset && (reader.epoch ?? known.epoch) === known.epoch) return known;
  await view.compare();
  return view.known();
}

function parse(key: string, value: unknown): ReadDocument | undefined {
  if (value === undefined) return undefined;
  const parsed = readDocumentSchema.safeParse(value);
  if (!parsed.success)
    throw new TemporaryError(`${key} cannot be read by this version: ${parsed.error.message}`);
  return parsed.data;
}

const isSame = (a: ReadState, b: ReadState): boolean =>
  a.offset === b.offset && a.ids.length === b.ids.length && a.ids.every((id, i) => id === b.ids[i]);
