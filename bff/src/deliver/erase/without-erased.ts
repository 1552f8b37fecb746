import { idOfItem, parseDateTime, parseJson, withIds, type SetAside } from '@tocsin/contracts';
import type { ErasedContent } from './erased-content.ts';
import { sha256 } from '../../feed/ids.ts';

/** Content set aside within this time after an erasure could have been published before it. */
const UNDER_WAY_MS = 60_000;

/**
 * Removes erased content from a record. Returns the same record if no content is erased, and `undefined` if all of it
 * is. Drops unreadable content entirely if it mentions erased content or the event has an erased id.
 */
export function withoutErased(record: SetAside, content: ErasedContent): SetAside | undefined {
  if (record.content === null) return record;
  const publishedAt = (parseDateTime(record.at) ?? 0) - UNDER_WAY_MS;
  const value = parseJson(record.content);
  const list = listIn(value);
  if (!list) {
    const isErased =
      content.isNamedIn(record.content, publishedAt) ||
      (record.event !== undefined && content.hasId(idOfItem(record.event, value, 0, sha256)));
    return isErased ? undefined : record;
  }
  const isErased = content.among(list);
  const idIn = (name: string, index: number) => idOfItem(name, value, index, sha256);
  // Once put back, an event's items have ids from the record's name.
  const names = record.event === undefined ? [undefined] : [record.event, record.entry];
  const erased = list.map((item, index) => {
    const createdAt = createdAtOf(item);
    const feed = record.feed === '' ? undefined : record.feed;
    const ids = names.map((name) => name && idIn(name, index));
    return ids.some((id) => isErased(index, { feed, id, publishedAt: createdAt ?? publishedAt }));
  });
  if (!erased.includes(true)) return record;
  // An item's index changes with the list, so remaining items keep the ids that they would have got.
  const named =
    record.event === undefined ? list : (withIds(list, (index) => idIn(record.entry, index)) as unknown[]);
  const remaining = named.filter((_, index) => !erased[index]);
  if (remaining.length === 0) return undefined;
  const text = JSON.stringify(
    Array.isArray(value) ? remaining : { ...(value as object), notifications: remaining },
  );
  return { ...record, content: text };
}

/** An event's or entry's items. */
function listIn(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value.length > 0 ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const { notifications } = value as { notifications?: unknown };
  return Array.isArray(notifications) ? (notifications as unknown[]) : [value];
}

function createdAtOf(item: unknown): number | undefined {
  if (typeof item !== 'object' || item === null || !('createdAt' in item)) return undefined;
  return typeof item.createdAt === 'string' ? parseDateTime(item.createdAt) : undefined;
}
