import {
  DOCUMENT_VERSION,
  feedOfKey,
  mutesKey,
  readDocumentSchema,
  readKey,
  type MarkRead,
  type ReadDocument,
  type ReadEvent,
  type ReadState,
  type ReceiptEvent,
} from '@tocsin/contracts';
import { TemporaryError } from '../../deliver/errors.ts';
import { parseStored } from '../../deliver/parse-stored.ts';
import { isLaterEpoch } from '../../feed/position.ts';
import { advance } from './advance.ts';
import type { DocumentLedger } from '../documents/document-ledger.ts';
import type { Histories } from './histories.ts';
import { agedOutFinder } from './aged-out.ts';
import type { ReaderChannel, ReaderStore, WaitingPositions } from '../ports.ts';
import type { ReaderChange, ReaderChangeOf } from '../events/reader-change.ts';
import type { ReceiptCounter } from '../counts/receipt-counter.ts';
import { ANONYMOUS } from '../reader.ts';
import { ReadCache } from '../documents/read-cache.ts';
import { KeyedQueue } from '../documents/keyed-queue.ts';
import { PendingChanges } from '../documents/pending-changes.ts';
import { readEventOf, type ReadChange } from './read-event.ts';

export interface ReadStatesOptions {
  store: ReaderStore;
  channel: ReaderChannel;
  ledger: Pick<DocumentLedger, 'admit' | 'keysOf' | 'erase'>;
  histories: Pick<Histories, 'including'>;
  /** Returns how long the read state is kept (seconds), which is as long as the history or a fallback can need it. */
  ttlSecondsOf: (feed: string, reader: string) => number;
  /** Not set if the deployment has no fallback channels. */
  waitingPositions?: WaitingPositions | undefined;
  counter?: Pick<ReceiptCounter, 'readStateChanged'> | undefined;
  /**
   * Publishes an event when a reader has read notifications in their own feed. Called before the read state is stored.
   * If storing the read state then fails, the page retries the request. Not set if RECEIPTS_TOPIC is off.
   */
  publishReceipt?: ((event: ReceiptEvent) => Promise<void>) | undefined;
  now: () => number;
}

const USER = 'user:';

export class ReadStates {
  readonly #options: ReadStatesOptions;
  readonly #cache: ReadCache<ReadDocument | undefined>;
  readonly #pendingChanges = new PendingChanges();
  /** Within an instance, changes to a document run one at a time. Between instances, the etag detects conflicts. */
  readonly #turns = new KeyedQueue();

  constructor(options: ReadStatesOptions) {
    this.#options = options;
    this.#cache = new ReadCache(options.now);
    options.channel.onChange((change) => this.#changed(change));
  }

  /** Resolves with a reader's stored read state in a feed. Use `stateIn` to get the state in an epoch. */
  stored(reader: string, feed: string): Promise<ReadDocument | undefined> {
    const key = readKey(reader, feed);
    return this.#cache.get(key, async () => parse(key, (await this.#options.store.read(key))?.value));
  }

  /** Like `stored`, but bypasses the cache. */
  readFresh(reader: string, feed: string): Promise<ReadDocument | undefined> {
    this.#cache.forget(readKey(reader, feed));
    return this.stored(reader, feed);
  }

  /** Resolves with the `read` event after a change, or with `undefined` if the document is gone. */
  async eventOf({ reader, feed }: ReaderChangeOf<'read'>): Promise<ReadEvent | undefined> {
    const document = await this.stored(reader, feed);
    return document && { feed, epoch: document.epoch, ...stateIn(document.epoch, document) };
  }

  /**
   * Marks publications as read. Resolves once the state is stored and the change is published to all instances. No-op
   * if nothing changes. The document counts against the quota of `owner` (default: the reader).
   */
  mark(reader: string, request: Omit<MarkRead, 'clientId'>, owner = reader): Promise<void> {
    const key = readKey(reader, request.feed);
    return this.#turns.add(key, () => this.#mark({ reader, owner, key }, request));
  }

  /** Resolves with a signed-in reader's stored read state in all feeds except their own, for exports. */
  async inOtherFeeds(reader: string): Promise<({ feed: string } & ReadDocument)[]> {
    const start = readKey(reader, '');
    const keys = (await this.#options.ledger.keysOf(reader)).filter((key) => key.startsWith(start));
    const found: ({ feed: string } & ReadDocument)[] = [];
    for (const feed of keys.map((key) => feedOfKey(key.slice(start.length)))) {
      const document = feed === reader ? undefined : await this.readFresh(reader, feed);
      if (document) found.push({ feed, ...document });
    }
    return found;
  }

  /**
   * Deletes an erased feed's documents, as far as their keys are known. These are the anonymous readers' document and,
   * for a user feed, all of the user's documents, including those for other feeds.
   */
  async erase(feed: string): Promise<void> {
    const keys = [readKey(ANONYMOUS, feed)];
    // The name of a user feed is also the name of its reader.
    if (feed.startsWith(USER)) keys.push(readKey(feed, feed), mutesKey(feed));
    await this.#options.store.erase(keys);
    if (feed.startsWith(USER)) keys.push(...(await this.#options.ledger.erase(feed)));
    for (const key of keys) this.#cache.forget(key);
  }

  async #mark(
    { reader, owner, key }: { reader: string; owner: string; key: string },
    { feed, epoch, offset = 0, ids = [] }: Omit<MarkRead, 'clientId'>,
  ) {
    const { store, channel, ledger, histories, ttlSecondsOf, waitingPositions, counter, now } = this.#options;
    let { head, history } = await histories.including(feed, { epoch, offset, ids });
    // An empty feed has no publications to read, and made-up feed names must not fill the store.
    if (head.offset === 0) return;
    let document: ReadDocument | undefined;
    let before: ReadState = NOTHING_READ;
    const version = await this.#pendingChanges.write(store, {
      key,
      ttlSeconds: ttlSecondsOf(feed, reader),
      plan: async (value) => {
        document = undefined;
        const stored = parse(key, value);
        if (stored && isLaterEpoch(stored.epoch, head.epoch))
          throw new TemporaryError(`${feed} began a new epoch that this instance hasn't seen`);
        // Another instance may have stored ids of publications that this instance hasn't seen yet. `advance` would drop
        // them as unknown.
        if (stored?.epoch === head.epoch)
          ({ head, history } = await histories.including(feed, {
            epoch,
            offset,
            ids: [...ids, ...stored.ids],
          }));
        before = stateIn(head.epoch, stored);
        const marked = { offset: epoch === undefined || epoch === head.epoch ? offset : 0, ids };
        const findAgedOut = agedOutFinder({ reader, feed, epoch: head.epoch, history, waitingPositions });
        const state = await advance(before, marked, history, findAgedOut);
        if (isSame(before, state)) return undefined;
        if (feed === reader) await this.#publishReceipt({ feed, head, history, before, after: state });
        return (document = { v: DOCUMENT_VERSION, epoch: head.epoch, ...state, at: now() });
      },
      beforeFirst: () => ledger.admit(owner, key),
    });
    if (version === undefined && !this.#pendingChanges.has(key)) return;
    if (version !== undefined) this.#cache.set(key, document, version);
    if (version !== undefined && document)
      await counter?.readStateChanged(feed, { head, history }, before, document);
    await this.#pendingChanges.publish(key, () =>
      channel.publish({ name: 'read', reader, feed, version: version ?? '' }),
    );
  }

  async #publishReceipt(change: ReadChange): Promise<void> {
    const { publishReceipt, now } = this.#options;
    const event = publishReceipt && (await readEventOf(change, now()));
    if (event) await publishReceipt(event);
  }

  #changed(change: ReaderChange): void {
    if (change.name === 'read') this.#cache.forget(readKey(change.reader, change.feed), change.version);
  }
}

/** Returns the stored read state, or an empty one if the stored state is from another epoch. */
export function stateIn(epoch: string, stored: ReadDocument | undefined): ReadState {
  if (!stored) return NOTHING_READ;
  const { offset, ids } = stored;
  if (stored.epoch === epoch) return { offset, ids };
  return isLaterEpoch(epoch, stored.epoch) ? { ...NOTHING_READ, earlier: true } : NOTHING_READ;
}

const NOTHING_READ: ReadState = { offset: 0, ids: [] };

function parse(key: string, value: unknown): ReadDocument | undefined {
  return value === undefined ? undefined : parseStored(readDocumentSchema, value, key);
}

const isSame = (a: ReadState, b: ReadState): boolean =>
  a.offset === b.offset && a.ids.length === b.ids.length && a.ids.every((id, i) => id === b.ids[i]);
