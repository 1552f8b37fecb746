import {
  APP_IDS,
  ENTRY_LIFE_MS,
  DUE_WINDOW_KEY,
  INBOX_PREFIX,
  awayDocumentSchema,
  entrySchema,
  inboxDocumentSchema,
  parseDateTime,
  parseJson,
  partitionEntrySchema,
  scheduledSchema,
  segmentKey,
  segmentSchema,
  setAsideSchema,
  dueWindowSchema,
  dueKey,
  type AnyAnnouncement,
  type Snoozed,
} from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { decompressDocument } from '@tocsin/service';
import { mastersOf } from '@tocsin/service/redis';
import { z } from 'zod';
import { awayKey, hashOfReader } from '../away/fallbacks/document.ts';
import type { ErasedFallbacks, IsErased } from '../away/fallbacks/register.ts';
import { idsOf } from '../feed/ids.ts';
import { TemporaryError } from '../deliver/errors.ts';
import type { ErasedContent } from '../deliver/erase/erased-content.ts';
import type { Entries, FeedLog, SetAsideStore } from '../deliver/ports.ts';
import { withoutErased } from '../deliver/erase/without-erased.ts';
import { labelOf } from '../feed/commit/plan-commit.ts';
import type { ReaderStore } from '../readers/ports.ts';
import { withdrawSnoozed } from '../readers/inbox/withdraw.ts';
import type { RedisConnection } from './connection.ts';

export interface KeyEraserDependencies {
  /** The state store's Redis server. */
  state: RedisConnection;
  /** The Redis server with the entries, usually the same as `state`. */
  entriesRedis: RedisConnection;
  entries: Pick<Entries, 'peek'>;
  feedLog: Pick<FeedLog, 'readHead' | 'removeDocuments'>;
  setAside: Pick<SetAsideStore, 'put' | 'remove'>;
  announceAgain: (announcement: AnyAnnouncement) => Promise<void>;
  readers: ReaderStore;
  /** Ends the fallbacks of these notifications and removes their content. */
  eraseFallbacks: (erased: ErasedFallbacks) => Promise<void>;
}

const KEYS_AT_ONCE = 1_000;
const READS_AT_ONCE = 16;
/** Skips entries younger than this, which are probably about to be claimed. */
const IN_TRANSIT_MS = 10_000;

/**
 * How long to wait (ms) before deleting a scheduled notification that the due window doesn't list. The producer stores
 * the notification first and lists it afterwards. Each step takes at most the time limit for a sidecar call.
 */
const LISTED_WITHIN_MS = 5_000;

const anyEntrySchema = z.union([partitionEntrySchema, entrySchema]);

const STATE = `${APP_IDS.bff}||`;
const PRODUCER_STATE = `${APP_IDS.producer}||`;

/** Deletes the erased content stored under a key. Resolves with true if there was any. */
type Visit = (key: string) => Promise<boolean>;

/**
 * Scans all keys once and deletes erased content. Resolves with the number of keys that contained any. Lists the keys
 * and reads state directly from Redis, since Dapr can't list keys. Reads entries and deletes content through Dapr, but
 * deletes scheduled notifications directly from Redis.
 * @throws TemporaryError if some keys could not be searched, for example because a cluster's master was not connected.
 * A key that can't be read doesn't stop the search.
 */
export async function eraseFromKeys(
  dependencies: KeyEraserDependencies,
  content: ErasedContent,
): Promise<number> {
  const possibleOrphans = new Set<string>();
  const visits = visitsFor(dependencies, content, possibleOrphans);
  const failures = new Map<string, unknown>();
  let count = 0;
  let isComplete = true;
  for (const connection of new Set([dependencies.state, dependencies.entriesRedis])) {
    isComplete &&= connection.client.isReady;
    for await (const keys of keysOf(connection)) count += await visitAll(keys, visits, failures);
    isComplete &&= connection.client.isReady;
  }
  count += await eraseOrphans(dependencies, possibleOrphans);
  const [failure] = failures;
  if (failure) {
    const [key, cause] = failure;
    throw new TemporaryError(`${failures.size} keys cannot be searched, for example ${key}`, { cause });
  }
  if (!isComplete) throw new TemporaryError('A Redis server with keys to search was not connected');
  return count;
}

/**
 * Deletes the scheduled notifications under these keys, except those that have entered the due window. @throws
 * TemporaryError if the due window is unreadable, since it could list any of them
 */
async function eraseOrphans({ state }: KeyEraserDependencies, keys: ReadonlySet<string>): Promise<number> {
  if (keys.size === 0) return 0;
  const { client } = state;
  await pause(LISTED_WITHIN_MS);
  const stored = await state.withTimeout(
    client.hGet(`${PRODUCER_STATE}${DUE_WINDOW_KEY}`, 'data'),
    'read a key',
  );
  const index = dueWindowSchema.safeParse(parseJson(stored ?? ''));
  if (stored && !index.success)
    throw new TemporaryError('The due window is unreadable', { cause: index.error });
  const due = index.data?.due ?? [];
  const listedKeys = new Set(due.map(({ name }) => `${PRODUCER_STATE}${dueKey(name)}`));
  let count = 0;
  for (const key of keys)
    if (!listedKeys.has(key)) count += await state.withTimeout(client.del(key), 'delete a key');
  return count;
}

/**
 * Visits these keys. If a visit fails, adds the key and the error to `failures`. Resolves with the number of keys with
 * erased content.
 */
async function visitAll(
  keys: readonly string[],
  visits: [prefix: string, Visit][],
  failures: Map<string, unknown>,
): Promise<number> {
  const due = keys.flatMap((key) => {
    const visit = visits.find(([prefix]) => key.startsWith(prefix))?.[1];
    return visit ? [{ key, visit }] : [];
  });
  let count = 0;
  const visitOne = async ({ key, visit }: { key: string; visit: Visit }): Promise<void> => {
    try {
      if (await visit(key)) count++;
    } catch (error) {
      failures.set(key, error);
    }
  };
  for (let start = 0; start < due.length; start += READS_AT_ONCE)
    await Promise.all(due.slice(start, start + READS_AT_ONCE).map(visitOne));
  return count;
}

/** Yields all keys. In a cluster, yields the keys of every connected master. */
async function* keysOf(connection: RedisConnection): AsyncGenerator<string[]> {
  for (const master of mastersOf(connection.client)) {
    let cursor = '0';
    do {
      const scan = master.scan(cursor, { COUNT: KEYS_AT_ONCE });
      const found = await connection.withTimeout(scan, 'list its keys');
      yield found.keys;
      cursor = found.cursor;
    } while (cursor !== '0');
  }
}

function visitsFor(
  dependencies: KeyEraserDependencies,
  content: ErasedContent,
  possibleOrphans: Set<string>,
): [prefix: string, Visit][] {
  const { state, entries, feedLog, setAside, announceAgain, readers, eraseFallbacks } = dependencies;
  const { client } = state;
  const withTimeout = <T>(outcome: Promise<T>) => state.withTimeout(outcome, 'read a key');
  const stateOf = async (key: string) => parseJson((await withTimeout(client.hGet(key, 'data'))) ?? '');

  const segmentStarts = new Set(content.feeds.map((feed) => segmentKey(labelOf(feed), '')));
  /** Deletes a segment with erased content unless the head still references it. Normally, the head doesn't. */
  const segment: Visit = async (key) => {
    const name = key.slice(STATE.length);
    if (!segmentStarts.has(name.slice(0, name.lastIndexOf(':') + 1))) return false;
    const parsed = segmentSchema.safeParse(await decompressDocument(await stateOf(key)));
    if (!parsed.success) return false;
    const feed = parsed.data.publications.find(({ notification }) => notification)?.notification?.feed;
    if (feed === undefined) return false;
    if (!parsed.data.publications.some((publication) => content.hasPublication(feed, publication)))
      return false;
    const stored = await feedLog.readHead(feed);
    if (stored?.head.segments.some((reference) => reference.key === name)) return false;
    await feedLog.removeDocuments([name]);
    return true;
  };

  const record: Visit = async (key) => {
    const parsed = setAsideSchema.safeParse(await stateOf(key));
    const remaining = parsed.success ? withoutErased(parsed.data, content) : undefined;
    if (!parsed.success || remaining === parsed.data) return false;
    await (remaining ? setAside.put(remaining) : setAside.remove(parsed.data.entry));
    return true;
  };

  /** Re-announces the entry so that the feed drops the erased content. */
  const entry: Visit = async (key) => {
    const parsed = anyEntrySchema.safeParse(parseJson((await entries.peek(key)) ?? ''));
    if (!parsed.success) return false;
    const { notifications, ...announcement } = parsed.data;
    // In a partition's entry, each item specifies a feed.
    const feed = 'feed' in announcement ? announcement.feed : undefined;
    const depositedAt = (parseDateTime(announcement.expiresAt) ?? 0) - ENTRY_LIFE_MS;
    const isErased = notifications.some((item) => content.has(item, { feed, publishedAt: depositedAt }));
    if (!isErased || Date.now() - depositedAt < IN_TRANSIT_MS) return false;
    await announceAgain(announcement);
    return true;
  };

  /**
   * Records a scheduled notification with erased content. It is deleted once the search has ended, unless the due
   * window lists it. In that case, the erasure removes it from the due window, or the feed drops it.
   */
  const scheduled: Visit = async (key) => {
    const parsed = scheduledSchema.safeParse(await stateOf(key));
    if (parsed.success && content.has(parsed.data.notification, { publishedAt: 0 })) possibleOrphans.add(key);
    return false;
  };

  /** An inbox stores the content of snoozed notifications. */
  const inbox: Visit = async (key) => {
    const isErased = ({ notification }: Snoozed) =>
      content.has(notification, { publishedAt: parseDateTime(notification.createdAt) ?? 0 });
    const parsed = inboxDocumentSchema.safeParse(await stateOf(key));
    if (!parsed.success || !parsed.data.snoozed.some(isErased)) return false;
    return withdrawSnoozed(readers, key.slice(STATE.length), isErased, Date.now());
  };

  const awayKeys = new Set(content.feeds.map((feed) => `${STATE}${awayKey(hashOfReader(feed))}`));
  /** A turn that began before an erasure might have stored fallbacks of erased notifications after the erasure. */
  const fallbacks: Visit = async (key) => {
    if (!awayKeys.has(key)) return false;
    const parsed = awayDocumentSchema.safeParse(await stateOf(key));
    if (!parsed.success) return false;
    const { reader: feed, waiting, sending } = parsed.data;
    const isErased: IsErased = (fallback) => {
      const publishedAt = parseDateTime(fallback.createdAt) ?? 0;
      const has = (id: string) => content.has({ feed, id }, { publishedAt });
      return fallback.notification !== undefined && idsOf(fallback).some(has);
    };
    if (![...waiting, ...sending.flatMap(({ items }) => items)].some(isErased)) return false;
    await eraseFallbacks({ feed, isErased });
    return true;
  };

  return [
    [`${STATE}${INBOX_PREFIX}`, inbox],
    [`${STATE}${awayKey('')}`, fallbacks],
    [`${STATE}segment:`, segment],
    [`${STATE}set-aside:`, record],
    ['entry:', entry],
    [`${PRODUCER_STATE}${dueKey('')}`, scheduled],
  ];
}
