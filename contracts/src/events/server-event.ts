import type { Schema } from './schema.ts';

/**
 * Who receives an event: all connections subscribed to its feed (`feed`), all of a reader's connections (`reader`),
 * or one connection (`connection`).
 */
export type Audience = 'feed' | 'reader' | 'connection';

/** An event that the bff sends to browsers. Its name and payload are part of the public contract. */
export interface ServerEvent<Name extends string, To extends Audience, Payload> {
  readonly name: Name;
  readonly audience: To;
  readonly schema: Schema<Payload>;
}

/** The payload type of a server event. */
export type PayloadOf<E> = E extends ServerEvent<string, Audience, infer Payload> ? Payload : never;

export const serverEvent = <const Name extends string, const To extends Audience, Payload>(
  name: Name,
  audience: To,
  schema: Schema<Payload>,
): ServerEvent<Name, To, Payload> => ({ name, audience, schema });
