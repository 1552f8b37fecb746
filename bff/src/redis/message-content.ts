import { idOfItem, parseDateTime, parseJson, refusedEventSchema } from '@tocsin/contracts';
import type { ErasedContent } from '../deliver/erased-content.ts';
import { timeOfId } from './stream-id.ts';

/** What lies under a name of a topic's stream: the event as Dapr published it, or raw data. */
export interface StreamMessage {
  id: string;
  message: Record<string, string>;
}

/** Whether nothing would be left of an event with notifications if what is erased were taken out of it. */
export function isWhollyErased({ id, message }: StreamMessage, content: ErasedContent): boolean {
  const { data, text, eventId, publishedAt } = read(id, message['data'] ?? '');
  const items = itemsOf(data);
  if (items === undefined) return content.isNamedIn(text, publishedAt);
  return items.every((item, index) => content.has(item, { id: idOfItem(eventId, data, index), publishedAt }));
}

/** Whether an event that was refused has something in it that is erased. */
export function isRefusedErased({ id, message }: StreamMessage, content: ErasedContent): boolean {
  const { data, publishedAt } = read(id, message['data'] ?? '');
  const refused = refusedEventSchema.safeParse(data);
  if (!refused.success) return false;
  const { event, content: text } = refused.data;
  const value = parseJson(text);
  const items = itemsOf(value);
  if (items === undefined) return content.isNamedIn(text, publishedAt);
  return items.some((item, index) => content.has(item, { id: idOfItem(event, value, index), publishedAt }));
}

/** The items of a value that was published, as far as it has any. */
export function itemsOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value.length > 0 ? value : undefined;
  return typeof value === 'object' && value !== null ? [value] : undefined;
}

function read(streamId: string, text: string) {
  const parsed = parseJson(text);
  const isEvent = typeof parsed === 'object' && parsed !== null && 'specversion' in parsed;
  const event = (isEvent ? parsed : { data: parsed }) as Record<string, unknown>;
  const { data, data_base64: bytes, id, time } = event;
  const inner = typeof bytes === 'string' ? Buffer.from(bytes, 'base64').toString('utf8') : data;
  const takenAt = timeOfId(streamId);
  // A dead letter is published anew: it is as old as its event.
  const publishedAt = Math.min(takenAt, (typeof time === 'string' && parseDateTime(time)) || takenAt);
  return {
    data: typeof inner === 'string' ? parseJson(inner) : inner,
    text: typeof inner === 'string' ? inner : text,
    eventId: typeof id === 'string' ? id : undefined,
    publishedAt,
  };
}
