import { serverEventNamed, type ReaderEventName, type ServerEvents } from '@tocsin/contracts';

/** An event for all of a reader's connections. */
export type ReaderEvent = {
  [Name in ReaderEventName]: { reader: string; name: Name; payload: ServerEvents[Name] };
}[ReaderEventName];

/**
 * A change to a reader's document, published to all instances. An instance that has connections for the reader reads
 * the document and sends the event `name` to these connections. `version` is the document's version, or empty if
 * unknown. `feed` is set if the event has a feed.
 */
export type ReaderChangeOf<Name extends ReaderEventName> = {
  reader: string;
  name: Name;
  version: string;
} & (ServerEvents[Name] extends { feed: string } ? { feed: string } : unknown);
export type ReaderChange = { [Name in ReaderEventName]: ReaderChangeOf<Name> }[ReaderEventName];

/** Whether this version of Tocsin supports the change's event. Newer versions can send other events. */
export function isReaderChange(change: {
  reader: string;
  name: string;
  version: string;
  feed?: string | undefined;
}): change is ReaderChange {
  const event = serverEventNamed(change.name);
  return event?.audience === 'reader' && 'feed' in event.schema === (change.feed !== undefined);
}
