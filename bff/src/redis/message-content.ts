import { idOfEvent, idOfItem, parseDateTime, parseJson, refusedEventSchema } from '@tocsin/contracts';
import type { ErasedContent } from '../deliver/erase/erased-content.ts';
import { timeOfId } from './stream-id.ts';
import { sha256 } from '../feed/ids.ts';

/** A message in a topic's stream. The `data` field contains the event that Dapr published, or raw data. */
export interface StreamMessage {
  id: string;
  message: Record<string, string>;
}

/** Whether all of an event's notifications are erased. */
export function isFullyErased({ id, message }: StreamMessage, content: ErasedContent): boolean {
  const { data, text, eventId, publishedAt } = read(id, message['data'] ?? '');
  const items = itemsOf(data);
  const idAt = (index: number) => idOfItem(eventId, data, index, sha256);
  if (items === undefined) return content.isMentionedIn(text, publishedAt) || content.hasId(idAt(0));
  return items.every((item, index) => content.has(item, { id: idAt(index), publishedAt }));
}

/** Whether a refused event contains erased content. */
export function isRefusedErased({ id, message }: StreamMessage, content: ErasedContent): boolean {
  const { data, publishedAt } = read(id, message['data'] ?? '');
  const refused = refusedEventSchema.safeParse(data);
  if (!refused.success) return false;
  const { event, content: text } = refused.data;
  const value = parseJson(text);
  const items = itemsOf(value);
  const idAt = (index: number) => idOfItem(event, value, index, sha256);
  if (items === undefined) return content.isMentionedIn(text, publishedAt) || content.hasId(idAt(0));
  const isErased = content.createCheck(items);
  return items.some((_item, index) => isErased(index, { id: idAt(index), publishedAt }));
}

/**
 * Whether a receipt is about the reader whose feed was erased. Receipts have no content, so retractions don't matter.
 */
export function isReceiptErased({ id, message }: StreamMessage, content: ErasedContent): boolean {
  const { data, publishedAt } = read(id, message['data'] ?? '');
  const feed = typeof data === 'object' && data !== null && 'feed' in data ? data.feed : undefined;
  return typeof feed === 'string' && content.has({ feed, id: '' }, { publishedAt });
}

/** Returns a published value's items, or `undefined` if it has none. */
export function itemsOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value.length > 0 ? value : undefined;
  return typeof value === 'object' && value !== null ? [value] : undefined;
}

function read(streamId: string, text: string) {
  const parsed = parseJson(text);
  const isEvent = typeof parsed === 'object' && parsed !== null && 'specversion' in parsed;
  const event = (isEvent ? parsed : { data: parsed ?? text }) as Record<string, unknown>;
  const { data, data_base64: bytes, id, time } = event;
  const inner = typeof bytes === 'string' ? Buffer.from(bytes, 'base64').toString('utf8') : data;
  const value = typeof inner === 'string' ? parseJson(inner) : inner;
  const storedAt = timeOfId(streamId);
  // Dead letters are republished events, so use the event's own time.
  const publishedAt = Math.min(storedAt, (typeof time === 'string' && parseDateTime(time)) || storedAt);
  return {
    data: value,
    text: typeof inner === 'string' ? inner : text,
    eventId: idOfEvent(id, value === undefined ? inner : value, sha256),
    publishedAt,
  };
}
