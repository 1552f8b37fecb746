import { serverEventNamed, type ReaderEventName, type ServerEvents } from '@tocsin/contracts';

/** An event for all connections of one reader. */
export type ReaderEvent = {
  [Name in ReaderEventName]: { reader: string; name: Name; payload: ServerEvents[Name] };
}[ReaderEventName];

/**
 * A change of the document behind an event of this name. Instances with connections of the reader then read the
 * document. `version` distinguishes states of the document, and is empty if unknown. A change has a feed if its event
 * has one.
 */
export type ReaderChangeOf<Name extends ReaderEventName> = {
  reader: string;
  name: Name;
  version: string;
} & (ServerEvents[Name] extends { feed: string } ? { feed: string } : unknown);
export type ReaderChange = { [Name in ReaderEventName]: ReaderChangeOf<Name> }[ReaderEventName];

/** Whether this version knows the event of the change. A newer instance may send changes of new events. */
export function isReaderChange(change: {
  reader: string;
  name: string;
  version: string;
  feed?: string | undefined;
}): change is ReaderChange {
  const event = serverEventNamed(change.name);
  return event?.audience === 'reader' && 'feed' in event.schema === (change.feed !== undefined);
}
