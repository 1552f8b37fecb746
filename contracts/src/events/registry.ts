import * as all from './all.ts';
import { matches } from './schema.ts';
import type { PayloadOf } from './server-event.ts';

type AnyEvent = (typeof all)[keyof typeof all];

/** Server event payloads by name. */
export type ServerEvents = { [Event in AnyEvent as Event['name']]: PayloadOf<Event> };
export type ServerEventName = keyof ServerEvents;

/** Events sent to every connection that belongs to a reader. */
export type ReaderEventName = Extract<AnyEvent, { audience: 'reader' }>['name'];

/** The server events as socket.io types. */
export type ServerToClientEvents = { [Name in ServerEventName]: (event: ServerEvents[Name]) => void };

const byName = new Map<string, AnyEvent>(Object.values(all).map((event) => [event.name, event]));

export const SERVER_EVENT_NAMES = /* @__PURE__ */ Array.from(byName.keys()) as readonly ServerEventName[];

/** Returns an event's definition, or `undefined` if a newer version has added the event. */
export const serverEventNamed = (name: string): AnyEvent | undefined => byName.get(name);

/** A server event as received by a client. */
export type ReceivedEvent = {
  [Name in ServerEventName]: { name: Name; payload: ServerEvents[Name] };
}[ServerEventName];

/** Validates a received event against its schema. Returns `unknown` if a newer server has added the event. */
export function checkReceived(name: string, payload: unknown): ReceivedEvent | 'unknown' | 'malformed' {
  const event = serverEventNamed(name);
  if (!event) return 'unknown';
  return matches<unknown>(event.schema, payload) ? ({ name, payload } as ReceivedEvent) : 'malformed';
}
