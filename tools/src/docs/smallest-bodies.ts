import {
  archiveSchema,
  deletePushSchema,
  emailCodeSchema,
  markReadSchema,
  markSeenSchema,
  namedIdsSchema,
  notificationInputSchema,
  patchPreferencesSchema,
  putEmailSchema,
  putMutesSchema,
  putPreferencesSchema,
  putPushSchema,
  snoozeSchema,
} from '@tocsin/contracts';
import type { z } from 'zod';

export interface SmallestBody {
  schema: z.ZodType;
  body: object;
}

const feed = 'all';
const ids = ['order-1'];
const endpoint = 'https://push.example/1';
const named: SmallestBody = { schema: namedIdsSchema, body: { feed, ids } };

/** Each operation's smallest valid request body by application and operation id. */
export const SMALLEST_BODIES: Record<'bff' | 'producer', Record<string, SmallestBody>> = {
  producer: {
    postNotifications: { schema: notificationInputSchema, body: { title: 'Hello' } },
  },
  bff: {
    markRead: { schema: markReadSchema, body: { feed, offset: 12 } },
    markSeen: { schema: markSeenSchema, body: { feed, offset: 12 } },
    markUnread: named,
    archive: { schema: archiveSchema, body: { feed, ids } },
    unarchive: named,
    snooze: {
      schema: snoozeSchema,
      body: { feed, ids, until: new Date(Date.now() + 86_400_000).toISOString() },
    },
    unsnooze: named,
    putPreferences: { schema: putPreferencesSchema, body: {} },
    patchPreferences: {
      schema: patchPreferencesSchema,
      body: { quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' } },
    },
    putMutes: { schema: putMutesSchema, body: { feeds: [], severities: [] } },
    putEmail: { schema: putEmailSchema, body: { consent: true } },
    sendEmailCode: { schema: emailCodeSchema, body: { address: 'ada@example.com' } },
    putPush: {
      schema: putPushSchema,
      body: { subscription: { endpoint, keys: { p256dh: 'BPk', auth: 'q1' } } },
    },
    deletePush: { schema: deletePushSchema, body: { endpoint } },
  },
};

interface Operation {
  operationId: string;
  requestBody?: { content: { 'application/json': { examples?: Record<string, { value: unknown }> } } };
}

/** The fields of an OpenAPI document that we need for request bodies. */
export interface Requests {
  paths: Record<string, Record<string, unknown>>;
}

export const operationsWithBody = ({ paths }: Requests): Operation[] =>
  Object.values(paths)
    .flatMap((path) => Object.values(path) as Operation[])
    .filter(({ requestBody }) => requestBody !== undefined);

/**
 * Generates TypeScript code that declares each operation's smallest body and examples, using the body type from
 * openapi-typescript.
 */
export function requestsFile(app: keyof typeof SMALLEST_BODIES, document: Requests): string {
  const lines = operationsWithBody(document).flatMap(({ operationId, requestBody }) => {
    const examples = Object.values(requestBody?.content['application/json'].examples ?? {});
    const bodies = [SMALLEST_BODIES[app][operationId]?.body, ...examples.map(({ value }) => value)];
    return bodies.map(
      (body, index) =>
        `export const ${operationId}${index}: Body<'${operationId}'> = ${JSON.stringify(body)};`,
    );
  });
  return `import type { operations } from './${app}.d.ts';
type Body<Name extends keyof operations> = operations[Name] extends {
  requestBody: { content: { 'application/json': infer Json } };
}
  ? Json
  : never;
${lines.join('\n')}
`;
}
