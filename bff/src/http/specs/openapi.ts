import {
  MAX_FEEDS_PER_CONNECTION,
  PROBLEM_MEDIA_TYPE,
  clientIdSchema,
  epochSchema,
  feedSchema,
  MAX_PAGE_LIMIT,
  DEFAULT_PAGE_LIMIT,
  DEFAULT_FEED,
} from '@tocsin/contracts';
import { VERSION } from '@tocsin/service';
import { parameterSchema, ref, schemasOf } from './schemas.ts';

const NAMES = [
  ...[
    'Page',
    'Unread',
    'Mutes',
    'MarkRead',
    'PutMutes',
    'Problem',
    'NamedIds',
    'MarkSeen',
    'Archive',
    'Snooze',
  ],
  ...['Preferences', 'PutPreferences', 'PatchPreferences'],
];

const json = (name: string) => ({ 'application/json': { schema: ref(name) } });
const problem = (description: string) => ({
  description,
  content: { [PROBLEM_MEDIA_TYPE]: { schema: ref('Problem') } },
});
const again = (description: string) => ({
  ...problem(description),
  headers: {
    'Retry-After': { description: 'Seconds after which to repeat.', schema: { type: 'integer', minimum: 0 } },
  },
});

/** Refusals that any request may meet. */
const refusals = {
  400: problem('The request has faults, all of which are listed.'),
  401: {
    ...problem('A token is needed, and none that is accepted came.'),
    headers: { 'WWW-Authenticate': { description: 'Bearer.', schema: { type: 'string' } } },
  },
  403: problem('The token does not permit the feed, or the origin of the page is not allowed.'),
  503: again('The store or the keys cannot be reached now: repeat the request.'),
};
const writes = {
  204: { description: 'Kept; the other connections of this reader are told.' },
  ...refusals,
  413: problem('The body has more than 1 MiB.'),
  415: problem('The body is not application/json in UTF-8.'),
  429: again('Too many changes from one reader or address.'),
};

const query = (name: string, description: string, schema: object) => ({
  ...{ name, in: 'query', description, schema },
});
const feed = query('feed', 'The feed.', { ...parameterSchema(feedSchema), default: DEFAULT_FEED });
const clientId = query(
  'clientId',
  'Names the browser where readers are not signed in.',
  parameterSchema(clientIdSchema),
);
const offset = (minimum: number) => ({ type: 'integer', minimum, maximum: Number.MAX_SAFE_INTEGER });

const get = (operationId: string, summary: string, parameters: object[], schema: string) => ({
  operationId,
  summary,
  parameters,
  responses: { 200: { description: summary, content: json(schema) }, ...refusals },
});
const write = (operationId: string, summary: string, body: string) => ({
  operationId,
  summary,
  requestBody: { required: true, content: json(body) },
  responses: writes,
});

const snooze = {
  ...write('snooze', 'Hide notifications until a time', 'Snooze'),
  responses: {
    ...writes,
    404: problem('The feed no longer holds some of the notifications; ids names them. Nothing was snoozed.'),
    409: problem('The reader has snoozed as much as is kept.'),
  },
};

const getStream = {
  operationId: 'getStream',
  summary: 'Feeds as server-sent events',
  description:
    'Each event has a name, JSON as data, and where it changes a position an id: the positions of all feeds, from which ' +
    'Last-Event-ID continues. The events are those of the AsyncAPI document, and `subscribed` with a page.',
  parameters: [
    {
      ...query('feed', 'The feeds; give the parameter once for each.', {
        type: 'array',
        items: parameterSchema(feedSchema),
        minItems: 1,
        maxItems: MAX_FEEDS_PER_CONNECTION,
        uniqueItems: true,
        default: [DEFAULT_FEED],
      }),
      style: 'form',
      explode: true,
    },
    clientId,
    query('lastEventId', 'As the header Last-Event-ID, which wins.', { type: 'string' }),
    {
      name: 'Last-Event-ID',
      in: 'header',
      description: 'The id of the last event received.',
      schema: { type: 'string', examples: ['all=0-4k2j9x:12,topic:orders=0-4k2j9x:7'] },
    },
  ],
  responses: {
    200: {
      description: 'The stream.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
    ...refusals,
    429: again('The instance, the address or the reader has its connections already.'),
  },
};

/** The OpenAPI 3.1 document of what readers ask for over HTTP. */
export const openApiDocument = () => ({
  openapi: '3.1.0',
  info: {
    title: 'Tocsin for readers',
    version: VERSION,
    summary: 'Pages and streams of feeds, read marks and mutes.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  security: [{}, { bearer: [] }],
  paths: {
    '/app/notifications': {
      get: get(
        'getNotifications',
        'A page of a feed: the newest, or what follows or precedes a position',
        [
          feed,
          query('limit', 'Publications at most.', {
            type: 'integer',
            minimum: 1,
            maximum: MAX_PAGE_LIMIT,
            default: DEFAULT_PAGE_LIMIT,
          }),
          query(
            'epoch',
            'The epoch of the position; comes with after or before.',
            parameterSchema(epochSchema),
          ),
          query('after', 'What follows this offset.', offset(0)),
          query('before', 'What precedes this offset.', offset(1)),
          clientId,
        ],
        'Page',
      ),
    },
    '/app/stream': { get: getStream },
    '/app/notifications/read': { post: write('markRead', 'Mark notifications as read', 'MarkRead') },
    '/app/notifications/seen': { post: write('markSeen', 'Mark notifications as seen', 'MarkSeen') },
    '/app/notifications/unread': {
      post: write('markUnread', 'Mark notifications as unread again', 'NamedIds'),
    },
    '/app/notifications/archive': { post: write('archive', 'Archive notifications', 'Archive') },
    '/app/notifications/unarchive': {
      post: write('unarchive', 'Take notifications out of the archive', 'NamedIds'),
    },
    '/app/notifications/snooze': { post: snooze },
    '/app/notifications/unsnooze': { post: write('unsnooze', 'End snoozes', 'NamedIds') },
    '/app/preferences': {
      get: get('getPreferences', 'How the reader wants to be told', [clientId], 'Preferences'),
      put: write('putPreferences', 'Replace all preferences', 'PutPreferences'),
      patch: write('patchPreferences', 'Change the preferences that are named', 'PatchPreferences'),
    },
    '/app/unread': {
      get: get(
        'getUnread',
        'How much is unread, in one feed or in all that the token names',
        [query('feed', 'The feed.', parameterSchema(feedSchema)), clientId],
        'Unread',
      ),
    },
    '/app/mutes': {
      get: get('getMutes', 'What the reader has muted', [clientId], 'Mutes'),
      put: write('putMutes', 'Replace what the reader has muted', 'PutMutes'),
    },
  },
  components: {
    schemas: schemasOf(NAMES, 'draft-2020-12'),
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Where AUTH_MODE is jwt.' },
    },
  },
});
