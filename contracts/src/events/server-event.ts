import type { Schema } from './schema.ts';

/**
 * Who receives an event: all connections subscribed to the feed (`feed`), all of a reader's connections (`reader`), or
 * a single connection (`connection`).
 */
export type Audience = 'feed' | 'reader' | 'connection';

/** An event that the bff sends to browsers. The name and payload are part of the public contract. */
export interface ServerEvent<Name extends string, To extends Audience, Payload> {
  readonly name: Name;
  readonly audience: To;
  readonly schema: Schema<Payload>;
}

/** A server event's payload type. */
export type PayloadOf<E> = E extends ServerEvent<string, Audience, infer Payload> ? Payload : never;

export const serverEvent = <const Name extends string, const To extends Audience, Payload>(
  name: Name,
  audience: To,
  schema: Schema<Payload>,
): ServerEvent<Name, To, Payload> => ({ name, audience, schema });
