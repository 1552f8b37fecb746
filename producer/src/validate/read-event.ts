import { createHash } from 'node:crypto';
import { idOfEvent, idOfItem, parseDateTime, type Fault, type RefusedEvent } from '@tocsin/contracts';
import type { Input } from '../produce/complete.ts';
import { openEnvelope } from './open-envelope.ts';
import { readValue } from './read-notifications.ts';

export type ReadEvent =
  | {
      inputs: Input[];
      traceparent: string | undefined;
      source: string | undefined;
      /** When it says that it was published, in ms since 1970. */
      publishedAt: number | undefined;
    }
  | { refused: RefusedEvent }
  /** It expired on its way, as its publisher wanted (`ttlInSeconds`). */
  | { expired: string };

/** Characters of a refused event that are kept. */
const MAX_CONTENT = 256 * 1024;
const MAX_SOURCE = 1_024;
/** Faults that are told of a refused event, and characters of each. */
const MAX_FAULTS = 100;
const MAX_FAULT_TEXT = 500;

/**
 * The notifications in a message of the topic. One without an id of its own takes that of its event, one of several `<id of
 * the event>:<index>`, and says of which source the event is: so an event that comes again shows nothing twice, and that of
 * another source is another one. A raw payload is no event, and equal ones without ids are the same notification.
 * https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-cloudevents/
 */
export function readEvent(envelope: unknown, now: number): ReadEvent {
  const { event, data, faults, traceparent } = openEnvelope(envelope);
  const content = JSON.stringify(data) ?? 'null';
  const eventId = idOfEvent(event.id, data, sha256);
  const source = textOf(event.source);
  const expiresAt = textOf(event.expiration);
  if (expiresAt !== undefined && (parseDateTime(expiresAt) ?? Infinity) <= now) return { expired: eventId };
  if (faults.length > 0) return refused({ event: eventId, source, content }, faults);
  const read = readValue(data);
  if ('problem' in read) return refused({ event: eventId, source, content }, read.problem.errors ?? []);
  const sourceHash = source === undefined ? undefined : sha256(source).slice(0, SOURCE_DIGITS);
  const inputs = read.inputs.map((input, index) =>
    input.id !== undefined
      ? input
      : {
          ...input,
          id: idOfItem(eventId, data, index, sha256),
          ...(sourceHash !== undefined && { sourceHash }),
        },
  );
  const time = textOf(event.time);
  const publishedAt = time === undefined ? undefined : parseDateTime(time);
  return { inputs, traceparent, source, publishedAt };
}

const SOURCE_DIGITS = 16;

/** All of it is cut where it is too long to be kept: it goes on in a message and a record of bounded size. */
function refused(
  { event, source, content }: { event: string; source: string | undefined; content: string },
  errors: readonly Fault[],
): ReadEvent {
  const told = errors.slice(0, MAX_FAULTS).map(({ path, message }) => ({
    path: path.slice(0, MAX_FAULT_TEXT),
    message: message.slice(0, MAX_FAULT_TEXT),
  }));
  if (errors.length > MAX_FAULTS)
    told.push({ path: '', message: `has ${errors.length - MAX_FAULTS} more faults` });
  const cut = {
    path: '',
    message: `has ${content.length} characters, of which the first ${MAX_CONTENT} were kept`,
  };
  return {
    refused: {
      event,
      ...(source !== undefined && { source: source.slice(0, MAX_SOURCE) }),
      errors: content.length > MAX_CONTENT ? [...told, cut] : told,
      content: content.slice(0, MAX_CONTENT),
    },
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
