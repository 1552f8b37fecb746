import { DOCUMENT_VERSION, awayDocumentSchema, isErasure, isRetraction } from '@tocsin/contracts';
import type { CommittedItem } from '../../deliver/turn/turn.ts';
import { DamagedAwayError, awayKey, hashOfReader, nameOf, type AwayDocument } from './document.ts';
import type { AwayDocuments } from './documents.ts';
import type { FallbacksOptions } from './options.ts';
import { namesOf, registeredOf, replace, type Registered } from './register.ts';
import { within } from './within.ts';

const USER = 'user:';
/** Maximum time in ms that a turn waits for the positions of notifications that an interrupted turn committed. */
const FIND_MS = 3_000;

export type Committed = ReadonlyMap<string, readonly Pick<CommittedItem, 'item' | 'position'>[]>;

/** The items, grouped by reader, that have fallbacks or may replace a notification that has some. */
export const addedByReader = (
  items: Committed,
  policy: FallbacksOptions['policy'],
): { reader: string; added: Registered[] }[] =>
  [...items].flatMap(([feed, placed]) => {
    if (!feed.startsWith(USER)) return [];
    const added = placed.flatMap(({ item, position }) => {
      if (isRetraction(item) || isErasure(item)) return [];
      return registeredOf(item, policy, position) ?? [];
    });
    return added.length > 0 ? [{ reader: feed, added }] : [];
  });

/**
 * Adds the positions of notifications that an interrupted turn has committed. Skips those that already wait with a
 * position, and those that no longer wait.
 */
export async function withPositions(
  reader: string,
  added: readonly Registered[],
  before: AwayDocument | undefined,
  { positionsOf, observer }: Pick<FallbacksOptions, 'positionsOf' | 'observer'>,
): Promise<readonly Registered[]> {
  const known = before ? namesOf(before) : new Set<string>();
  for (const one of before?.waiting ?? []) if (!one.position) known.delete(nameOf(one));
  const missing = added.filter(({ notification, position }) => !position && !known.has(nameOf(notification)));
  if (missing.length === 0) return added;
  try {
    // Limited in time, because the search may compare the feed with its head, and so wait for other turns.
    const found = await within(FIND_MS, 'finding the positions', positionsOf(reader, missing));
    return added.map((one) => ({ ...one, position: one.position ?? found.get(one) }));
  } catch (error) {
    observer.failed('find-position', error);
    return added;
  }
}

/**
 * Lets a turn continue although a reader's document is damaged: reports it, and resolves without the change. Otherwise
 * settles like `change`, which rejects for a document of a later version.
 */
export async function unlessDamaged(
  change: Promise<void>,
  { observer }: Pick<FallbacksOptions, 'observer'>,
): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!(error instanceof DamagedAwayError)) throw error;
    observer.failed('read-document', error);
  }
}

/**
 * Ends waiting fallbacks whose notification is replaced by one without fallbacks. A document that this version cannot
 * read is left alone, so that it does not stop the turn. Rejects if the store is unavailable.
 */
export async function replaceWaiting(
  reader: string,
  newer: readonly Registered[],
  documents: AwayDocuments,
  options: Pick<FallbacksOptions, 'store' | 'positionsOf' | 'observer' | 'now'>,
): Promise<AwayDocument | undefined> {
  const key = awayKey(hashOfReader(reader));
  const stored = await options.store.read(key);
  if (!stored || !mayReplace(stored.value, newer)) return undefined;
  const { success, error } = awayDocumentSchema.safeParse(stored.value);
  if (!success) {
    options.observer.failed('replace', error);
    return undefined;
  }
  return documents.change(key, async (before) => {
    if (!before) return undefined;
    return replace(before, await withPositions(reader, newer, before, options), options.now());
  });
}

/**
 * Whether the raw document may contain a notification to replace. Usually it contains none, and parsing a large
 * document is slow.
 */
function mayReplace(value: unknown, newer: readonly Registered[]): boolean {
  const { v, waiting, sending } = (value ?? {}) as { v?: unknown; waiting?: unknown; sending?: unknown };
  if (v !== DOCUMENT_VERSION || !Array.isArray(waiting) || !Array.isArray(sending)) return true;
  const keys = new Set(newer.flatMap(({ notification }) => notification.collapseKey ?? []));
  const items = sending.flatMap((message: { items?: Raw[] } | null) => message?.items ?? []);
  return [...(waiting as Raw[]), ...items].some((one) => keys.has(one?.notification?.collapseKey ?? ''));
}

type Raw = { notification?: { collapseKey?: string } } | null;
