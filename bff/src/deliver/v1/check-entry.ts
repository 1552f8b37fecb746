import {
  entryKey,
  entrySchema,
  faultsOf,
  parseDateTime,
  sampledTraces,
  schemaOfItem,
  type EntryItem,
} from '@tocsin/contracts';

export interface EntryPlace {
  run: string;
  feed: string;
  seq: number;
}

export type CheckedEntry =
  | { seq: number; bytes: number; items: EntryItem[]; traceparent?: string | undefined; traces: string[] }
  | { seq: number; refused: 'invalid' | 'expired'; faults: string[] };

/** Checks that an entry matches the schema and the announcement, and hasn't expired. */
export function checkEntry(place: EntryPlace, text: string, now: number): CheckedEntry {
  const invalid = (faults: string[]): CheckedEntry => ({ seq: place.seq, refused: 'invalid', faults });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return invalid([`is not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const parsed = entrySchema.safeParse(content);
  if (!parsed.success)
    return invalid(faultsOf(parsed.error).map(({ path, message }) => `${path}: ${message}`));
  const entry = parsed.data;
  if (entry.run !== place.run || entry.feed !== place.feed || entry.seq !== place.seq) {
    return invalid([`contains the key ${entryKey(entry)}, but was stored under ${entryKey(place)}`]);
  }
  const faults: string[] = [];
  const items: EntryItem[] = [];
  entry.notifications.forEach((candidate, index) => {
    const result = schemaOfItem(candidate).safeParse(candidate);
    if (!result.success) {
      faults.push(
        ...faultsOf(result.error, ['notifications', index]).map(({ path, message }) => `${path}: ${message}`),
      );
    } else if (result.data.feed !== place.feed) {
      faults.push(`notifications.${index}.feed: must be ${place.feed}`);
    } else items.push(result.data);
  });
  if (faults.length) return invalid(faults);
  if ((parseDateTime(entry.expiresAt) ?? 0) <= now) {
    return { seq: place.seq, refused: 'expired', faults: [`expired at ${entry.expiresAt}`] };
  }
  return {
    seq: place.seq,
    bytes: Buffer.byteLength(text),
    items,
    traceparent: entry.traceparent,
    traces: sampledTraces(entry),
  };
}
