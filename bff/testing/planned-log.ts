import type {
  EntryItem,
  Head,
  Notification,
  Publication,
  Segment,
  WithdrawnDocument,
} from '@tocsin/contracts';
import { HistoryIndex } from '../src/feed/history/history-index.ts';
import { KnownIds } from '../src/feed/ids.ts';
import { DEFAULT_FEED_LIMITS, type FeedLimits } from '../src/feed/limits.ts';
import { planCommit, type Commit, type FeedBatch } from '../src/feed/commit/plan-commit.ts';

export const notification = (id: string, title = id): Notification => ({
  ...{ id, feed: 'all', severity: 'info', title, createdAt: '2026-01-01T00:00:00Z' },
});
/** Returns a batch with a single entry: number `seq` in the run, with a notification for each id. */
export const batchOf = (seq: number, ids: readonly string[], run = 'P0000001'): FeedBatch => ({
  ...{ run, from: seq, to: seq, items: ids.map((id) => notification(id)) },
});
const at = '2026-01-01T00:00:00Z';
export const retract = (id: string): EntryItem => ({ retract: id, feed: 'all', at });
export const erase: EntryItem = { erase: true, feed: 'all', at };
export const withCollapseKey = (id: string, collapseKey: string): EntryItem => ({
  ...notification(id),
  collapseKey,
});
/** Returns a notification from a CloudEvent. The source hash is the hex digit `source` repeated 16 times. */
export const event = (id: string, source: string): EntryItem => ({
  ...notification(id, `${id} of ${source}`),
  sourceHash: source.repeat(16),
});
/**
 * Returns a batch with a single entry: number `seq` in the run, with these items. A string means a notification with
 * that id.
 */
export const batchWithItems = (seq: number, ...items: (EntryItem | string)[]): FeedBatch => ({
  ...{ run: 'P0000001', from: seq, to: seq },
  items: items.map((item) => (typeof item === 'string' ? notification(item) : item)),
});

const EMPTY_HEAD: Head = {
  ...{ v: 1, epoch: '1-a', version: 0, offset: 0, segments: [], ids: [], producers: {}, unconfirmed: [] },
};

/** An in-memory feed log that applies planned commits. */
export class PlannedLog {
  head: Head | undefined;
  readonly documents = new Map<string, unknown>();
  readonly known = new KnownIds();
  readonly retracted = new KnownIds();
  indexBuilds = 0;
  #unique = 0;
  #epochs = 1;

  async commit(
    batch: FeedBatch | undefined,
    options: { now?: number; limits?: FeedLimits; feed?: string } = {},
  ) {
    const { now = 1_700_000_000_000, limits = DEFAULT_FEED_LIMITS, feed = 'all' } = options;
    const commit: Commit = await planCommit({
      ...{
        feed,
        base: this.head,
        stored: this.head ?? EMPTY_HEAD,
        epoch: this.head?.epoch ?? '1-a',
        batch,
      },
      nextEpoch: () => `${++this.#epochs}-a`,
      writes: this.head?.version ?? 0,
      ...{
        known: this.known,
        retracted: this.retracted,
        retractions: this.head?.retractions ?? [],
        unwritten: new Set(),
        limits,
        now,
      },
      unique: () => `u${String(this.#unique++).padStart(10, '0')}`,
      contentOf: (key) => Promise.resolve((this.documents.get(key) as Segment).publications as Publication[]),
      index: () => Promise.resolve(this.#index()),
    });
    for (const { key, value } of commit.documents) this.documents.set(key, value);
    const { withdrawn } = commit.head;
    const list = withdrawn === undefined ? [] : (this.documents.get(withdrawn) as WithdrawnDocument).keys;
    for (const key of [...commit.retired, ...list, withdrawn ?? '']) this.documents.delete(key);
    this.known.replace(commit.head.ids, commit.ids);
    this.retracted.replace(commit.head.retractions ?? [], commit.retractions);
    this.head = commit.head;
    return commit;
  }

  #index(): HistoryIndex {
    this.indexBuilds++;
    const index = new HistoryIndex();
    for (const publication of this.publications) if (publication.notification) index.add(publication);
    return index;
  }

  /** The ids in the log in order. If a notification is gone, its id is followed by the reason. */
  get idsInLog(): string[] {
    return this.publications.map((p) => (p.notification === null ? `${p.id} ${p.gone}` : p.notification.id));
  }

  get publications(): Publication[] {
    return (this.head?.segments ?? []).flatMap(
      ({ key }) => (this.documents.get(key) as Segment).publications as Publication[],
    );
  }
}
