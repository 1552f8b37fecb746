import {
  PLACES,
  SERVER_EVENT_NAMES,
  SOCKET_ERROR_CODES,
  archiveSchema,
  channelsSchema,
  dateTimeSchema,
  deletePushSchema,
  emailCodeSchema,
  epochSchema,
  feedSchema,
  markSeenSchema,
  namedIdsSchema,
  patchPreferencesSchema,
  preferencesSchema,
  putEmailSchema,
  putPreferencesSchema,
  putPushSchema,
  snoozeSchema,
  gonePublicationSchema,
  linkedNotificationSchema,
  livePublicationSchema,
  markReadSchema,
  mutesSchema,
  notificationSchema,
  offsetSchema,
  pageSchema,
  positionSchema,
  problemSchema,
  putMutesSchema,
  readStateSchema,
  subscribeRequestSchema,
  tokenRequestSchema,
  unreadSchema,
  unsubscribeRequestSchema,
  publicationSchema,
  type SearchAnswer,
} from '@tocsin/contracts';
import { z } from 'zod';
import { EVENT_SPECS, schemaOfEvent } from './events.ts';

export const REFUSAL = 'Refusal';

export const searchAnswerSchema: z.ZodType<SearchAnswer> = z.object({
  items: z.array(
    z.object({
      feed: feedSchema,
      epoch: epochSchema,
      offset: offsetSchema,
      notification: notificationSchema,
      place: z.enum(PLACES),
      unread: z.boolean(),
      unseen: z.boolean().meta({ description: 'In the inbox, unread and not seen yet.' }),
      until: z.exactOptional(dateTimeSchema).meta({ description: 'When the snooze ends.' }),
      returnedAt: z.exactOptional(dateTimeSchema).meta({ description: 'When the snooze ended.' }),
    }),
  ),
  more: z.boolean().meta({ description: 'Whether to continue with `cursor`, even if `items` is empty.' }),
  cursor: z.exactOptional(z.string()),
});

/** Schemas of data that the server sends. Newer servers can add members. */
const sentSchemas: Record<string, z.ZodType> = {
  Notification: notificationSchema,
  LivePublication: livePublicationSchema,
  GonePublication: gonePublicationSchema,
  Publication: publicationSchema,
  ReadState: readStateSchema,
  Page: pageSchema,
  SearchAnswer: searchAnswerSchema,
  LinkedNotification: linkedNotificationSchema,
  Unread: unreadSchema,
  Mutes: mutesSchema,
  Preferences: preferencesSchema,
  Channels: channelsSchema,
  Problem: problemSchema,
  SubscribeAnswer: z.object({ ok: z.literal(true), ...pageSchema.shape }),
  Done: z.object({ ok: z.literal(true) }),
  [REFUSAL]: z.object({
    ok: z.literal(false),
    error: z.object({
      code: z.enum(SOCKET_ERROR_CODES),
      message: z.string(),
      temporary: z.boolean().meta({ description: 'Whether retrying the request can succeed.' }),
    }),
  }),
  ...Object.fromEntries(SERVER_EVENT_NAMES.map((name) => [schemaOfEvent(name), EVENT_SPECS[name].schema])),
};

/** Schemas of data that the server receives. Unknown members are refused. */
const receivedSchemas: Record<string, z.ZodType> = {
  Position: positionSchema,
  SubscribeRequest: subscribeRequestSchema,
  UnsubscribeRequest: unsubscribeRequestSchema,
  TokenRequest: tokenRequestSchema,
  MarkRead: markReadSchema,
  PutMutes: putMutesSchema,
  NamedIds: namedIdsSchema,
  MarkSeen: markSeenSchema,
  Archive: archiveSchema,
  Snooze: snoozeSchema,
  PutPreferences: putPreferencesSchema,
  PatchPreferences: patchPreferencesSchema,
  PutEmail: putEmailSchema,
  EmailCode: emailCodeSchema,
  PutPush: putPushSchema,
  DeletePush: deletePushSchema,
};

type JsonSchema = Record<string, unknown>;
type Target = 'draft-2020-12' | 'draft-7';

export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

function registryOf(schemas: Record<string, z.ZodType>) {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  return registry;
}

/** Moves defaults to the description because openapi-typescript makes members with a default required. */
function describeDefault(schema: JsonSchema): void {
  if (schema['default'] === undefined) return;
  const text = `Default: \`${JSON.stringify(schema['default'])}\`.`;
  const { description } = schema;
  schema['description'] = typeof description === 'string' ? `${description} ${text}` : text;
  delete schema['default'];
}

function generateSchemas(schemas: Record<string, z.ZodType>, io: 'input' | 'output', target: Target) {
  const isSent = io === 'output';
  const all = z.toJSONSchema(registryOf(schemas), {
    ...{ io, target, uri: (id: string) => ref(id).$ref },
    override: ({ jsonSchema }) => {
      if (isSent) delete jsonSchema.additionalProperties;
      else describeDefault(jsonSchema);
      // Zod adds this bound to integers. Code generators only need `type: integer`.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  }).schemas;
  return Object.entries(all).map(([id, { $schema: _schema, $id: _id, ...schema }]): [string, JsonSchema] => [
    id,
    schema,
  ]);
}

/** Returns the schemas with these names and any schemas they reference, as JSON Schema in the dialect `target`. */
export function schemasOf(names: readonly string[], target: Target): Record<string, JsonSchema> {
  const all = new Map([
    ...generateSchemas(sentSchemas, 'output', target),
    ...generateSchemas(receivedSchemas, 'input', target),
  ]);
  const needed = new Map<string, JsonSchema>();
  const addWithReferences = (name: string): void => {
    const schema = all.get(name);
    if (!schema || needed.has(name)) return;
    needed.set(name, schema);
    for (const [, other = ''] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/(\w+)"/g))
      addWithReferences(other);
  };
  for (const name of names) addWithReferences(name);
  return Object.fromEntries([...needed].sort(([a], [b]) => a.localeCompare(b)));
}

/** Returns a parameter's schema with references inlined. */
export function parameterSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
