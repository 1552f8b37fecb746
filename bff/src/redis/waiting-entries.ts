import {
  TOPICS,
  parseJson,
  partitionAnnouncementSchema,
  partitionEntryKey,
  type FoundPlace,
} from '@tocsin/contracts';
import { z } from 'zod';
import type { Entries } from '../deliver/ports.ts';
import { hasItem } from '../ops/find/has-item.ts';
import type { RedisConnection } from './connection.ts';

/** Maximum announcements to search (oldest first). */
const MAX_ANNOUNCEMENTS = 500;
const AT_ONCE = 10;
/** Maximum characters of entries to read. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
const MAX_FOUND = 5;

const messageSchema = z.object({ data: partitionAnnouncementSchema.loose() });

/**
 * Looks for an id in the entries whose announcements are still in the stream. Rejects if Redis or the sidecar doesn't
 * respond.
 */
export async function findWaiting(
  connection: RedisConnection,
  entries: Pick<Entries, 'peek'>,
  id: string,
): Promise<{ found: FoundPlace[]; isComplete: boolean }> {
  connection.check();
  const { client } = connection;
  const withTimeout = <T>(outcome: Promise<T>) => connection.withTimeout(outcome, 'read the announcements');
  const range = client.xRange(TOPICS.partitionAnnouncements, '-', '+', { COUNT: MAX_ANNOUNCEMENTS });
  const messages = await withTimeout(range);
  const keys = messages.flatMap(({ message }) => {
    const parsed = messageSchema.safeParse(parseJson(message['data'] ?? ''));
    return parsed.success ? [partitionEntryKey(parsed.data.data)] : [];
  });
  const found: FoundPlace[] = [];
  let characters = 0;
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    if (characters > MAX_CHARACTERS) return { found, isComplete: false };
    const part = keys.slice(start, start + AT_ONCE);
    const texts = await Promise.all(part.map((key) => entries.peek(key)));
    for (const [n, text] of texts.entries()) {
      characters += text?.length ?? 0;
      if (text?.includes(id) && hasItem(parseJson(text), id))
        found.push({ place: 'waiting', entry: part[n] ?? '' });
    }
    if (found.length >= MAX_FOUND) break;
  }
  return { found: found.slice(0, MAX_FOUND), isComplete: messages.length < MAX_ANNOUNCEMENTS };
}
