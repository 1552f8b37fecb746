import { DOCUMENT_VERSION, awayDocumentSchema, isErasure, isRetraction } from '@tocsin/contracts';
import type { CommittedItem } from '../../deliver/turn/turn.ts';
import { DamagedAwayError, awayKey, hashOfReader, nameOf, type AwayDocument } from './document.ts';
import type { AwayDocuments, ChangedInTurn } from './documents.ts';
import type { FallbackObserver } from './fallback-observer.ts';
import type { FallbacksOptions } from './options.ts';
import { namesOf, newNotificationOf, replace, type NewNotification } from './register.ts';
import { within } from './within.ts';

const USER = 'user:';
/** Time limit for finding the positions of notifications that an interrupted turn committed (ms). */
const FIND_MS = 3_000;
const UNCHANGED: ChangedInTurn = { document: undefined, addsReceipts: false };

export type NewItems = ReadonlyMap<string, readonly Pick<CommittedItem, 'item' | 'position'>[]>;

/** Items with fallbacks, and items that could replace a notification with fallbacks, grouped by reader. */
export const addedByReader = (
  items: NewItems,
  policy: FallbacksOptions['policy'],
): { reader: string; added: NewNotification[] }[] =>
  [...items].flatMap(([feed, placed]) => {
    if (!feed.startsWith(USER)) return [];
    const added = placed.flatMap(({ item, position }) => {
      if (isRetraction(item) || isErasure(item)) return [];
      return newNotificationOf(item, policy, position) ?? [];
    });
    return added.length > 0 ? [{ reader: feed, added }] : [];
  });

/**
 * Adds the positions of notifications that an interrupted turn committed. Skips notifications that the document already
 * contains, unless they are waiting and their position is unknown.
 */
export async function withPositions(
  reader: string,
  added: readonly NewNotification[],
  before: AwayDocument | undefined,
  { positionsOf, observer }: Pick<FallbacksOptions, 'positionsOf' | 'observer'>,
): Promise<readonly NewNotification[]> {
  const known = before ? namesOf(before) : new Set<string>();
  for (const one of before?.waiting ?? []) if (!one.position) known.delete(nameOf(one));
  const missing = added.filter(({ notification, position }) => !position && !known.has(nameOf(notification)));
  if (missing.length === 0) return added;
  try {
    // Needs a time limit: the search might read the feed's head, which can mean waiting for other turns.
    const found = await within(FIND_MS, 'finding the positions', positionsOf(reader, missing));
    return added.map((one) => ({ ...one, position: one.position ?? found.get(one) }));
  } catch (error) {
    observer.failed('find-position', error);
    return added;
  }
}

/**
 * Waits for a change to a reader's document. If the document is damaged, reports the error and resolves, so that the
 * turn can continue. Rejects if the change fails for another reason, for example because a later version wrote the
 * document.
 */
export async function unlessDamaged(
  change: Promise<unknown>,
  { observer }: { observer: Pick<FallbackObserver, 'failed'> },
): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!(error instanceof DamagedAwayError)) throw error;
    observer.failed('read-document', error);
  }
}

/**
 * Ends a notification's waiting fallbacks when a notification without fallbacks replaces it. If this version can't read
 * the document, ignores it so that the turn can continue. Rejects if the store is unavailable.
 */
export async function replaceWaiting(
  reader: string,
  newer: readonly NewNotification[],
  documents: AwayDocuments,
  options: Pick<FallbacksOptions, 'store' | 'positionsOf' | 'observer' | 'now'>,
): Promise<ChangedInTurn> {
  const key = awayKey(hashOfReader(reader));
  const stored = await options.store.read(key);
  if (!stored || !mayReplace(stored.value, newer)) return UNCHANGED;
  const { success, error } = awayDocumentSchema.safeParse(stored.value);
  if (!success) {
    options.observer.failed('replace', error);
    return UNCHANGED;
  }
  return documents.changeInTurn(key, async (before) => {
    if (!before) return undefined;
    return replace(before, await withPositions(reader, newer, before, options), options.now());
  });
}

/**
 * Whether the raw document might contain a notification to replace. This check avoids parsing most documents, which is
 * slow for large documents.
 */
function mayReplace(value: unknown, newer: readonly NewNotification[]): boolean {
  const { v, waiting, sending } = (value ?? {}) as { v?: unknown; waiting?: unknown; sending?: unknown };
  if (v !== DOCUMENT_VERSION || !Array.isArray(waiting) || !Array.isArray(sending)) return true;
  const keys = new Set(newer.flatMap(({ notification }) => notification.collapseKey ?? []));
  const items = sending.flatMap((message: { items?: RawItem[] } | null) => message?.items ?? []);
  return [...(waiting as RawItem[]), ...items].some((one) => keys.has(one?.notification?.collapseKey ?? ''));
}

type RawItem = { notification?: { collapseKey?: string } } | null;
