import {
  faultsOf,
  feedSchema,
  parseDateTime,
  partitionEntryKey,
  partitionEntrySchema,
  sampledTraces,
  schemaOfItem,
  setAsideItemName,
  type EntryItem,
  type PartitionEntryName,
  type SetAside,
} from '@tocsin/contracts';

/** A refused item, or an entire refused entry. `feed` is empty for an entry, and for an item without a valid feed. */
export type RefusedItem = Pick<SetAside, 'entry' | 'feed' | 'reason' | 'faults' | 'content'>;

export interface PlacedItem {
  seq: number;
  index: number;
  item: EntryItem;
}

export interface CheckedItems {
  seq: number;
  items: PlacedItem[];
  refused: RefusedItem[];
  traceparent?: string | undefined;
  traces: string[];
}

/**
 * Checks that a partition's entry is well-formed and matches the announcement. Checks items individually, so that a bad
 * item doesn't block the rest.
 */
export function checkItems(place: PartitionEntryName, text: string, now: number): CheckedItems {
  const { seq } = place;
  const refuseEntry = (faults: string[]): CheckedItems => ({
    ...{ seq, items: [], traces: [] },
    refused: [{ entry: partitionEntryKey(place), feed: '', reason: 'invalid', faults, content: text }],
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return refuseEntry([`is not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const parsed = partitionEntrySchema.safeParse(content);
  if (!parsed.success)
    return refuseEntry(faultsOf(parsed.error).map(({ path, message }) => `${path}: ${message}`));
  const entry = parsed.data;
  if (entry.run !== place.run || entry.partition !== place.partition || entry.seq !== seq) {
    return refuseEntry([
      `contains the key ${partitionEntryKey(entry)}, but was stored under ${partitionEntryKey(place)}`,
    ]);
  }
  const isExpired = (parseDateTime(entry.expiresAt) ?? 0) <= now;
  const items: PlacedItem[] = [];
  const refused: RefusedItem[] = [];
  entry.notifications.forEach((candidate, index) => {
    const result = schemaOfItem(candidate).safeParse(candidate);
    if (result.success && !isExpired) items.push({ seq, index, item: result.data });
    else {
      const faults = result.success
        ? [`expired at ${entry.expiresAt}`]
        : faultsOf(result.error).map(({ path, message }) => `${path}: ${message}`);
      refused.push(refusedItem(place, index, candidate, result.success ? 'expired' : 'invalid', faults));
    }
  });
  return { seq, items, refused, traceparent: entry.traceparent, traces: sampledTraces(entry) };
}

export function refusedItem(
  place: PartitionEntryName,
  index: number,
  candidate: unknown,
  reason: 'invalid' | 'expired',
  faults: string[],
): RefusedItem {
  const parsedFeed = feedSchema.safeParse((candidate as { feed?: unknown } | null)?.feed);
  const feed = parsedFeed.success ? parsedFeed.data : '';
  // The record needs the form of an entry, so that it can be put back.
  const content = JSON.stringify({ notifications: [candidate] });
  return { entry: setAsideItemName(place, index, feed), feed, reason, faults, content };
}
