import { idOfItem, parseDateTime, parseJson, withIds, type SetAside } from '@tocsin/contracts';
import type { ErasedContent } from './erased-content.ts';
import { sha256 } from '../../feed/ids.ts';

/** Content that was set aside within this time after an erasure could have been published before the erasure. */
const IN_TRANSIT_MS = 60_000;

/**
 * Removes erased content from a record. Returns the same record if no content is erased, and `undefined` if all of it
 * is. Drops unreadable content entirely if it mentions erased content or the event has an erased id.
 */
export function withoutErased(record: SetAside, content: ErasedContent): SetAside | undefined {
  if (record.content === null) return record;
  const publishedAt = (parseDateTime(record.at) ?? 0) - IN_TRANSIT_MS;
  const value = parseJson(record.content);
  const list = listIn(value);
  if (!list) {
    const isErased =
      content.isMentionedIn(record.content, publishedAt) ||
      (record.event !== undefined && content.hasId(idOfItem(record.event, value, 0, sha256)));
    return isErased ? undefined : record;
  }
  const originals = list.map((item, index) => originalOf(item, index, record));
  const isErased = content.createCheck(originals.map(({ item }) => item));
  const idIn = (name: string, index: number) => idOfItem(name, value, index, sha256);
  // Once the record is put back, an event's items have ids derived from the record's name.
  const names = record.event === undefined ? [undefined] : [record.event, record.entry];
  const erased = originals.map(({ item, index }, at) => {
    const createdAt = createdAtOf(item);
    const feed = record.feed === '' ? undefined : record.feed;
    const ids = names.map((name) => name && idIn(name, index));
    return ids.some((id) => isErased(at, { feed, id, publishedAt: createdAt ?? publishedAt }));
  });
  if (!erased.includes(true)) return record;
  // An item's id depends on its index, which changes when items are removed. So store in each remaining item the id
  // that it would have got without the removal.
  const listWithIds =
    record.event === undefined ? list : (withIds(list, (index) => idIn(record.entry, index)) as unknown[]);
  const remaining = listWithIds.filter((_, index) => !erased[index]);
  if (remaining.length === 0) return undefined;
  const text = JSON.stringify(
    Array.isArray(value) ? remaining : { ...(value as object), notifications: remaining },
  );
  return { ...record, content: text };
}

/** Returns the items of an event or entry. */
function listIn(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value.length > 0 ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const { notifications } = value as { notifications?: unknown };
  return Array.isArray(notifications) ? (notifications as unknown[]) : [value];
}

/** Removes an id that `withoutErased` added to an event's item earlier. Returns the item and its index in the event. */
function originalOf(
  item: unknown,
  index: number,
  { event, entry }: SetAside,
): { item: unknown; index: number } {
  if (event === undefined || typeof item !== 'object' || item === null || !('id' in item))
    return { item, index };
  const { id, ...original } = item;
  const prefix = `${entry}:`;
  if (typeof id !== 'string' || !id.startsWith(prefix)) return { item, index };
  return { item: original, index: Number(id.slice(prefix.length)) };
}

function createdAtOf(item: unknown): number | undefined {
  if (typeof item !== 'object' || item === null || !('createdAt' in item)) return undefined;
  return typeof item.createdAt === 'string' ? parseDateTime(item.createdAt) : undefined;
}
