import { parseJson, type FoundPlace, type SetAside } from '@tocsin/contracts';
import type { SetAsideRecords } from '../ports.ts';
import { hasItem } from './has-item.ts';

/** Maximum records to search, starting with the newest. */
const MAX_RECORDS = 300;
const RECORDS_PER_READ = 20;
const MAX_FOUND = 5;

export async function findSetAside(
  setAside: Pick<SetAsideRecords, 'names' | 'records'>,
  id: string,
): Promise<{ found: FoundPlace[]; isComplete: boolean }> {
  const names = await setAside.names();
  const found: FoundPlace[] = [];
  for (let start = 0; start < Math.min(names.length, MAX_RECORDS); start += RECORDS_PER_READ) {
    const records = await setAside.records(names.slice(start, start + RECORDS_PER_READ));
    for (const record of records)
      if (contains(record, id)) found.push({ place: 'setAside', entry: record.entry, reason: record.reason });
    if (found.length >= MAX_FOUND) return { found: found.slice(0, MAX_FOUND), isComplete: true };
  }
  return { found, isComplete: names.length <= MAX_RECORDS };
}

const contains = ({ content, event }: SetAside, id: string): boolean =>
  event === id || (content !== null && content.includes(id) && hasItem(parseJson(content), id));
