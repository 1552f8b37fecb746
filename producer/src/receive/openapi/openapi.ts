import { z } from 'zod';
import {
  MAX_NOTIFICATIONS_PER_REQUEST,
  PROBLEM_MEDIA_TYPE,
  acceptedSchema,
  eraseRequestSchema,
  feedSchema,
  idSchema,
  notificationInputSchema,
  notificationInputsSchema,
  problemSchema,
  receiptsSchema,
} from '@tocsin/contracts';
import { VERSION, apiDocumentRoutes, healthSchema, readySchema } from '@tocsin/service';
import {
  ACCEPTED_EXAMPLE,
  INVALID_EXAMPLE,
  RECEIPTS_EXAMPLE,
  REQUEST_EXAMPLES,
  UNAVAILABLE_EXAMPLE,
} from './openapi-examples.ts';

const registry = z.registry<{ id: string }>();
registry.add(notificationInputSchema, { id: 'NotificationInput' });
registry.add(notificationInputsSchema, { id: 'NotificationInputs' });
registry.add(acceptedSchema, { id: 'Accepted' });
registry.add(eraseRequestSchema, { id: 'Erased' });
registry.add(problemSchema, { id: 'Problem' });
registry.add(receiptsSchema, { id: 'Receipts' });
registry.add(healthSchema, { id: 'Health' });
registry.add(readySchema, { id: 'Ready' });

const uri = (id: string): string => `#/components/schemas/${id}`;
const ref = (id: string) => ({ $ref: uri(id) });

/** The contract's schemas, minus `$schema` and `$id`, which would change how references resolve. */
function schemas(): Record<string, unknown> {
  const all = z.toJSONSchema(registry, { uri, io: 'input' }).schemas;
  return Object.fromEntries(
    Object.entries(all).map(([id, { $schema: _schema, $id: _id, ...schema }]) => [id, schema]),
  );
}

const json = (id: string, example?: unknown) => ({
  'application/json': { schema: ref(id), ...(example !== undefined && { example }) },
});

const problem = (description: string, example?: unknown) => ({
  description,
  content: { [PROBLEM_MEDIA_TYPE]: { schema: ref('Problem'), ...(example !== undefined && { example }) } },
});

const retryAfter = {
  'Retry-After': { description: 'Seconds to wait before a retry.', schema: { type: 'integer', minimum: 0 } },
};

const traceparent = {
  name: 'traceparent',
  in: 'header',
  description: 'W3C trace context, propagated through every hop. An invalid value is replaced.',
  schema: { type: 'string', examples: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'] },
};

/** A parameter's schema with references inlined. */
function parameterSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/** Responses that occur only if API keys are on. Otherwise, every caller is accepted. */
const keyResponses = {
  401: {
    ...problem('The API key is missing, unknown, expired or revoked; see detail.'),
    headers: { 'WWW-Authenticate': { description: 'Bearer.', schema: { type: 'string' } } },
  },
  403: problem(
    'The API key lacks a scope, or does not permit a feed or source. Nothing was changed; `errors` lists all reasons.',
  ),
  429: {
    ...problem('The API key has reached its rate limit. Nothing was changed.'),
    headers: {
      ...retryAfter,
      'RateLimit-Policy': {
        description: 'Maximum number of notifications (q) in a window of w seconds.',
        schema: { type: 'string', examples: ['"key";q=500;w=10'] },
      },
      RateLimit: {
        description: 'Number of notifications left (r), and seconds until the limit resets (t).',
        schema: { type: 'string', examples: ['"key";r=0;t=10'] },
      },
    },
  },
};
const security = [{}, { bearer: [] }, { apiKey: [] }];
const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, if API_KEYS is on.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same key in another header.' },
};

const postNotifications = {
  operationId: 'postNotifications',
  security,
  summary: 'Publish notifications',
  description:
    `One notification, or an array of 1 to ${MAX_NOTIFICATIONS_PER_REQUEST}, for any feeds. Within a feed, they keep ` +
    'their order. 202 means that all were accepted, 4xx that none were. After a 503 with `ids`, some of them may appear anyway: retry ' +
    'the request with these `ids`. Nothing will be shown twice. After a 503 without `ids`, none were accepted.',
  parameters: [traceparent],
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: { oneOf: [ref('NotificationInput'), ref('NotificationInputs')] },
        examples: REQUEST_EXAMPLES,
      },
    },
  },
  responses: {
    202: {
      description: 'Stored and announced. The ids are in the same order as in the request.',
      content: json('Accepted', ACCEPTED_EXAMPLE),
    },
    400: problem('The body or the query is invalid; `errors` lists every error.', INVALID_EXAMPLE),
    ...keyResponses,
    413: problem('The body is larger than 1 MiB.'),
    415: problem('The body is not application/json in UTF-8.'),
    503: {
      ...problem(
        'The notifications were not stored and announced in time, or the queue is full.',
        UNAVAILABLE_EXAMPLE,
      ),
      headers: retryAfter,
    },
  },
};

const idInPath = { name: 'id', in: 'path', required: true, schema: parameterSchema(idSchema) };
const feedInQuery = {
  name: 'feed',
  in: 'query',
  description: 'The notification’s feed. Default: `all`.',
  schema: parameterSchema(feedSchema),
};
const feedInPath = {
  name: 'feed',
  in: 'path',
  required: true,
  description: 'The feed, percent-encoded.',
  schema: parameterSchema(feedSchema),
};
const changeUnavailable = {
  ...problem('The change was not stored and announced in time, or the queue is full. Retry the request.'),
  headers: retryAfter,
};

const deleteNotification = {
  operationId: 'deleteNotification',
  security,
  summary: 'Retract a notification',
  description:
    'Removes the notification from screens and history, and hides it if it is published later. Unknown ids are ' +
    'accepted too. Retrying is safe.',
  parameters: [idInPath, feedInQuery, traceparent],
  responses: {
    202: {
      description: 'Stored and announced. The response waits up to 2 s for the retraction to be processed.',
      content: json('Accepted', ACCEPTED_EXAMPLE),
    },
    400: problem('The id or the query is invalid; `errors` lists every error.'),
    ...keyResponses,
    503: changeUnavailable,
  },
};

const getReceipts = {
  operationId: 'getReceipts',
  security: [{ bearer: [] }, { apiKey: [] }],
  summary: 'Read a notification’s receipts',
  description:
    'For a `user:` feed, returns what the reader did with the notification, and the state of each fallback. For other ' +
    'feeds, returns how many readers have seen, read and archived the notification. The API key needs the `receipts` ' +
    'scope. Receipts are kept as long as the notification is in the history.',
  parameters: [idInPath, feedInQuery, traceparent],
  responses: {
    200: { description: 'The receipts.', content: json('Receipts', RECEIPTS_EXAMPLE) },
    400: problem('The id or the query is invalid; `errors` lists every error.'),
    ...keyResponses,
    403: problem('The API key lacks the `receipts` scope or does not permit the feed, or API keys are off.'),
    503: { ...problem('No bff responded in time. Retry the request.'), headers: retryAfter },
  },
};

const deleteFeed = {
  operationId: 'deleteFeed',
  security,
  summary: 'Erase a feed',
  description:
    "Deletes the feed's history and schedules, and removes its notifications from screens. Notifications published later are shown as usual.",
  parameters: [feedInPath, traceparent],
  responses: {
    202: { description: 'Stored and announced.', content: json('Erased', { feed: 'user:42' }) },
    400: problem('The feed name is invalid; `errors` lists every error.'),
    ...keyResponses,
    503: changeUnavailable,
  },
};

const deleteFeedByQuery = {
  ...deleteFeed,
  operationId: 'deleteFeedByQuery',
  summary: 'Erase a feed whose name can’t be part of a path',
  description:
    "Same as `DELETE /feeds/{feed}`. Dapr's service invocation decodes paths, so use this route with it if the feed's " +
    'name contains a slash, a percent sign or a question mark.',
  parameters: [{ ...feedInPath, in: 'query', description: 'The feed, percent-encoded once.' }, traceparent],
};

const get = (operationId: string, summary: string, responses: Record<number, unknown>) => ({
  get: { operationId, summary, responses },
});

/** The OpenAPI 3.1 document of the producer's public port. */
export const openApiDocument = () => ({
  openapi: '3.1.0',
  info: {
    title: 'Tocsin producer',
    version: VERSION,
    summary: 'Publish a notification; every subscribed browser shows it once, in order.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  paths: {
    '/notifications': { post: postNotifications },
    '/notifications/{id}': { delete: deleteNotification },
    '/notifications/{id}/receipts': { get: getReceipts },
    '/feeds': { delete: deleteFeedByQuery },
    '/feeds/{feed}': { delete: deleteFeed },
    '/healthz': get('getHealth', 'Health and version', {
      200: { description: 'Alive.', content: json('Health') },
    }),
    '/readyz': get('getReadiness', 'Whether the sidecar and the components are ready', {
      200: { description: 'Ready.', content: json('Ready') },
      503: { ...problem('Not ready; see detail.'), headers: retryAfter },
    }),
    '/metrics': get('getMetrics', 'Metrics for Prometheus', {
      200: {
        description: 'Metrics in the text exposition format.',
        content: { 'text/plain': { schema: { type: 'string' } } },
      },
    }),
    '/openapi.json': get('getOpenApi', 'This document', {
      200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
    }),
  },
  components: { schemas: schemas(), securitySchemes },
});

/** `GET /openapi.json`. */
export const openApiRoutes = apiDocumentRoutes({ '/openapi.json': openApiDocument });
