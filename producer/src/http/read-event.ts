import { createHash } from 'node:crypto';
import { idSchema, parseDateTime, type NotificationInput, type RefusedEvent } from '@tocsin/contracts';
import { readValue } from './read-notifications.ts';

export type ReadEvent =
  | {
      inputs: NotificationInput[];
      traceparent: string | undefined;
      /** When it says that it was published, in ms since 1970. */
      publishedAt: number | undefined;
    }
  | { refused: RefusedEvent };

/** Characters of a refused event that are kept. */
const MAX_CONTENT = 256 * 1024;

/**
 * The notifications in a CloudEvent that Dapr delivered. One without an id of its own takes that of the event, one of
 * several `<id of the event>:<index>`, so that an event which comes again shows nothing twice.
 * https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-cloudevents/
 */
export function readEvent(envelope: unknown): ReadEvent {
  const event =
    typeof envelope === 'object' && envelope !== null ? (envelope as Record<string, unknown>) : {};
  const data = dataOf(event);
  const content = JSON.stringify(data) ?? 'null';
  const eventId = typeof event.id === 'string' && event.id !== '' ? event.id : hash(content);
  const read = readValue(data);
  if ('problem' in read) {
    const errors = read.problem.errors ?? [];
    if (content.length <= MAX_CONTENT) return { refused: { event: eventId, errors, content } };
    const cut = {
      path: '',
      message: `has ${content.length} characters, of which the first ${MAX_CONTENT} were kept`,
    };
    return { refused: { event: eventId, errors: [...errors, cut], content: content.slice(0, MAX_CONTENT) } };
  }
  const inputs = read.inputs.map((input, index) => ({
    ...input,
    id: input.id ?? idOf(Array.isArray(data) ? `${eventId}:${index}` : eventId),
  }));
  const traceparent = typeof event.traceparent === 'string' ? event.traceparent : undefined;
  const publishedAt = typeof event.time === 'string' ? parseDateTime(event.time) : undefined;
  return { inputs, traceparent, publishedAt };
}

/** The data of an event: also where a publisher sent JSON as text or as bytes. */
function dataOf(event: Record<string, unknown>): unknown {
  const { data, data_base64: bytes } = event;
  const text = typeof bytes === 'string' ? Buffer.from(bytes, 'base64').toString('utf8') : data;
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** An event's id where it can be a notification's, else one that is always the same for it. */
const idOf = (id: string): string => (idSchema.safeParse(id).success ? id : `event-${hash(id)}`);

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
