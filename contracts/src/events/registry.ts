import * as all from './all.ts';
import type { PayloadOf } from './server-event.ts';

type AnyEvent = (typeof all)[keyof typeof all];

/** The payload of each server event, by name. */
export type ServerEvents = { [Event in AnyEvent as Event['name']]: PayloadOf<Event> };
export type ServerEventName = keyof ServerEvents;

/** Names of the events that go to all connections of one reader. */
export type ReaderEventName = Extract<AnyEvent, { audience: 'reader' }>['name'];

/** The server events in socket.io's terms. */
export type ServerToClientEvents = { [Name in ServerEventName]: (event: ServerEvents[Name]) => void };

const byName = new Map<string, AnyEvent>(Object.values(all).map((event) => [event.name, event]));

/** The definition of an event; `undefined` for an event that a newer server has added. */
export const serverEventNamed = (name: string): AnyEvent | undefined => byName.get(name);
