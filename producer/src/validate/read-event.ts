import { createHash } from 'node:crypto';
import { idOfEvent, idOfItem, parseDateTime, type Fault, type RefusedEvent } from '@tocsin/contracts';
import type { Input } from '../produce/complete.ts';
import { findExpired } from './expired-items.ts';
import { openEnvelope } from './open-envelope.ts';
import { readValue } from './read-notifications.ts';

export type ReadEvent =
  | {
      inputs: Input[];
      traceparent: string | undefined;
      source: string | undefined;
      /** When the event was published (ms since 1970). */
      publishedAt: number | undefined;
      /** Number of items left out because they expired in transit. */
      expiredItems: number;
    }
  | { refused: RefusedEvent }
  /** The event has expired: its `ttlInSeconds` has elapsed, or the `expiresAt` of every item has passed. */
  | { expired: string };

/** Maximum number of characters to store from a rejected event. */
const MAX_CONTENT = 256 * 1024;
const MAX_SOURCE = 1_024;
/** Limits on the errors stored for a rejected event: their number, and the length of each path and message. */
const MAX_FAULTS = 100;
const MAX_FAULT_TEXT = 500;

/**
 * Reads the notifications in a message from the topic. Leaves out those that expired in transit. A notification without
 * an id gets the event's id (`<event id>:<index>` if the data is an array), so that redelivered events don't cause
 * duplicates. It also gets a hash of the source as `sourceHash`, so that events from different sources don't collide.
 * Equal raw payloads without ids count as the same notification. If `allowFallbacks` is false, rejects notifications
 * with fallbacks: these require an API key that permits fallbacks, and events have no key.
 * https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-cloudevents/
 */
export function readEvent(envelope: unknown, now: number, { allowFallbacks = true } = {}): ReadEvent {
  const { event, data, faults, traceparent } = openEnvelope(envelope);
  const content = JSON.stringify(data) ?? 'null';
  const eventId = idOfEvent(event.id, data, sha256);
  const source = textOf(event.source);
  const expiresAt = textOf(event.expiration);
  if (expiresAt !== undefined && (parseDateTime(expiresAt) ?? Infinity) <= now) return { expired: eventId };
  if (faults.length > 0) return refused({ event: eventId, source, content }, faults);
  const time = textOf(event.time);
  const publishedAt = time === undefined ? undefined : parseDateTime(time);
  const { expired, valid } = findExpired(data, publishedAt, now);
  const read = readValue(valid);
  if ('problem' in read) return refused({ event: eventId, source, content }, read.problem.errors ?? []);
  const forbiddenFallbacks = allowFallbacks ? [] : faultsOfFallbacks(read);
  if (forbiddenFallbacks.length > 0) return refused({ event: eventId, source, content }, forbiddenFallbacks);
  const sourceHash = source === undefined ? undefined : sha256(source).slice(0, SOURCE_DIGITS);
  const all = read.inputs.map((input, index) =>
    input.id !== undefined
      ? input
      : {
          ...input,
          id: idOfItem(eventId, data, index, sha256),
          ...(sourceHash !== undefined && { sourceHash }),
        },
  );
  const inputs = all.filter((_, index) => !expired.has(index));
  if (inputs.length === 0) return { expired: eventId };
  return { inputs, traceparent, source, publishedAt, expiredItems: expired.size };
}

const faultsOfFallbacks = ({ inputs, isArray }: { inputs: readonly Input[]; isArray: boolean }): Fault[] =>
  inputs.flatMap(({ fallback }, index) =>
    fallback === undefined
      ? []
      : [
          {
            path: isArray ? `${index}.fallback` : 'fallback',
            message:
              'requires an API key with the `fallback` scope, but events have no key: publish over HTTP, or use a policy',
          },
        ],
  );

const SOURCE_DIGITS = 16;

/**
 * Limits the length of a rejected event's content, source and errors, and the number of errors, because set-aside
 * records and the messages that carry them are limited in size.
 */
function refused(
  { event, source, content }: { event: string; source: string | undefined; content: string },
  errors: readonly Fault[],
): ReadEvent {
  const listed = errors.slice(0, MAX_FAULTS).map(({ path, message }) => ({
    path: path.slice(0, MAX_FAULT_TEXT),
    message: message.slice(0, MAX_FAULT_TEXT),
  }));
  if (errors.length > MAX_FAULTS)
    listed.push({ path: '', message: `has ${errors.length - MAX_FAULTS} more error(s)` });
  const truncation = {
    path: '',
    message: `has ${content.length} characters; the first ${MAX_CONTENT} are stored`,
  };
  return {
    refused: {
      event,
      ...(source !== undefined && { source: source.slice(0, MAX_SOURCE) }),
      errors: content.length > MAX_CONTENT ? [...listed, truncation] : listed,
      content: content.slice(0, MAX_CONTENT),
    },
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
