import {
  DEFAULT_FEED,
  DEFAULT_PAGE_LIMIT,
  MAX_FEEDS_PER_CONNECTION,
  MAX_PAGE_LIMIT,
  PROBLEM_MEDIA_TYPE,
  epochSchema,
  feedSchema,
  idSchema,
} from '@tocsin/contracts';
import { VERSION } from '@tocsin/service';
import { clientId, feed, offset, query, searchParameters } from './parameters.ts';
import { parameterSchema, ref, schemasOf } from './schemas.ts';

const NAMES = [
  ...[
    'Page',
    'SearchAnswer',
    'LinkedNotification',
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
  ...['Channels', 'PutEmail', 'EmailCode', 'PutPush', 'DeletePush'],
];

const json = (name: string) => ({ 'application/json': { schema: ref(name) } });
const problem = (description: string) => ({
  description,
  content: { [PROBLEM_MEDIA_TYPE]: { schema: ref('Problem') } },
});
const retryableProblem = (description: string) => ({
  ...problem(description),
  headers: {
    'Retry-After': {
      description: 'Seconds to wait before retrying.',
      schema: { type: 'integer', minimum: 0 },
    },
  },
});

/** Error responses that any request can get. */
const refusals = {
  400: problem('The request is invalid; see errors.'),
  401: {
    ...problem('The token is missing or invalid.'),
    headers: { 'WWW-Authenticate': { description: 'Bearer.', schema: { type: 'string' } } },
  },
  403: problem("The token does not permit the feed, or the page's origin is not allowed."),
  503: retryableProblem('The store or the keys that verify tokens are unavailable. Retry the request.'),
};
const writes = {
  204: { description: "Saved. All of the reader's connections get an event." },
  ...refusals,
  413: problem('The body is larger than 1 MiB.'),
  415: problem('The body is not UTF-8 application/json.'),
  429: retryableProblem('Too many changes from one reader or address.'),
};

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

/** Describes an operation that changes the reader's own addresses. The route only exists if AWAY_FILE is set. */
const writeChannel = (operationId: string, summary: string, body: string | undefined) => {
  const { requestBody, responses, ...rest } = write(operationId, summary, body ?? '');
  return {
    ...rest,
    ...(body !== undefined && { requestBody }),
    responses: {
      ...responses,
      204: { description: 'Saved.' },
      404: problem('The deployment does not have this channel.'),
      409: problem('The token has no verified e-mail address.'),
    },
  };
};

const snooze = {
  ...write('snooze', 'Hide notifications until a given time', 'Snooze'),
  responses: {
    ...writes,
    404: problem('The feed no longer has the notifications listed in ids. Nothing was snoozed.'),
    409: problem('The reader has reached the limit of snoozed notifications.'),
  },
};

const getStream = {
  operationId: 'getStream',
  summary: 'Feeds as server-sent events',
  description:
    'Each event has a name and JSON data. Events that change a position have an id with the positions of all feeds. ' +
    'Send this id as Last-Event-ID to continue from these positions. The stream has the events of the AsyncAPI ' +
    'document, and `subscribed`, which contains a page.',
  parameters: [
    {
      ...query('feed', 'The feeds. Repeat the parameter for more than one.', {
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
    query('lastEventId', 'Same as the Last-Event-ID header, which takes precedence.', { type: 'string' }),
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
    429: retryableProblem('The instance, the address or the reader has reached its connection limit.'),
  },
};

/** Returns the OpenAPI 3.1 document for the readers' HTTP API. */
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
      get: {
        ...get(
          'getNotifications',
          'The newest page of a feed, the page before or after a position, or a search',
          [
            {
              ...feed,
              description:
                'The feed. For a search, repeat the parameter for more than one; without it, a search covers `all`, ' +
                "the reader's own feed and the topics that the token lists by name, " +
                `but at most ${MAX_FEEDS_PER_CONNECTION} feeds.`,
            },
            query('limit', 'Maximum number of publications.', {
              ...{ type: 'integer', minimum: 1, maximum: MAX_PAGE_LIMIT, default: DEFAULT_PAGE_LIMIT },
            }),
            query(
              'epoch',
              "The position's epoch. Required with after or before.",
              parameterSchema(epochSchema),
            ),
            query('after', 'Publications after this offset.', offset(0)),
            query('before', 'Publications before this offset.', offset(1)),
            ...searchParameters,
            clientId,
          ],
          'Page',
        ),
        description:
          'With `q`, `state`, `severity`, `source`, `category` or `cursor`, the request is a search. A search ' +
          'accepts neither a position nor an empty list.',
        responses: {
          200: {
            description: 'The page or, for a search, the matches, newest first.',
            content: { 'application/json': { schema: { anyOf: [ref('Page'), ref('SearchAnswer')] } } },
          },
          ...refusals,
          429: retryableProblem('Too many searches from one reader or address.'),
        },
      },
    },
    '/app/notification': {
      get: {
        ...get(
          'getNotification',
          'The newest notification with the given id, for pages that open a link to it',
          [
            { ...query('id', 'The id of the notification.', parameterSchema(idSchema)), required: true },
            feed,
          ],
          'LinkedNotification',
        ),
        responses: {
          200: {
            description: 'The notification, or why it is gone.',
            content: json('LinkedNotification'),
          },
          ...refusals,
          404: problem('The feed has no notification with this id, or no longer stores it.'),
          429: retryableProblem('Too many searches from one reader or address.'),
        },
      },
    },
    '/app/stream': { get: getStream },
    '/app/notifications/read': { post: write('markRead', 'Mark notifications as read', 'MarkRead') },
    '/app/notifications/seen': { post: write('markSeen', 'Mark notifications as seen', 'MarkSeen') },
    '/app/notifications/unread': {
      post: write('markUnread', 'Mark notifications as unread again', 'NamedIds'),
    },
    '/app/notifications/archive': { post: write('archive', 'Archive notifications', 'Archive') },
    '/app/notifications/unarchive': {
      post: write('unarchive', 'Restore notifications from the archive', 'NamedIds'),
    },
    '/app/notifications/snooze': { post: snooze },
    '/app/notifications/unsnooze': { post: write('unsnooze', 'End snoozes', 'NamedIds') },
    '/app/preferences': {
      get: get('getPreferences', "The reader's preferences", [clientId], 'Preferences'),
      put: write('putPreferences', 'Replace all preferences', 'PutPreferences'),
      patch: write('patchPreferences', 'Change only the given preferences', 'PatchPreferences'),
    },
    '/app/channels': {
      get: get('getChannels', 'Where the signed-in reader can be reached', [], 'Channels'),
    },
    '/app/channels/email': {
      put: writeChannel(
        'putEmail',
        'Consent to e-mails to the address in the token, or to a confirmed address',
        'PutEmail',
      ),
      delete: writeChannel('deleteEmail', 'Stop e-mails', undefined),
    },
    '/app/channels/email/code': {
      post: writeChannel('sendEmailCode', 'Send a code to another address', 'EmailCode'),
    },
    '/app/channels/push': {
      put: writeChannel('putPush', 'Add a device', 'PutPush'),
      delete: writeChannel('deletePush', 'Forget a device', 'DeletePush'),
    },
    '/app/unread': {
      get: get(
        'getUnread',
        "Unread counts for one feed, or for `all`, the reader's own feed and the topics that the token lists by name",
        [query('feed', 'The feed.', parameterSchema(feedSchema)), clientId],
        'Unread',
      ),
    },
    '/app/mutes': {
      get: get('getMutes', "The reader's mutes", [clientId], 'Mutes'),
      put: write('putMutes', "Replace all of the reader's mutes", 'PutMutes'),
    },
  },
  components: {
    schemas: schemasOf(NAMES, 'draft-2020-12'),
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'Required with AUTH_MODE=jwt.',
      },
    },
  },
});
