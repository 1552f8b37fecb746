import { SERVER_EVENT_NAMES, SOCKET_PATH } from '@tocsin/contracts';
import { VERSION } from '@tocsin/service';
import { EVENT_SPECS, schemaOfEvent } from './events.ts';
import { REFUSAL, ref, schemasOf } from './schemas.ts';

/** The schema, response schema and summary for each request. */
const REQUESTS = {
  subscribe: [
    'SubscribeRequest',
    'SubscribeAnswer',
    "Subscribes to a feed. The response has the feed's current position, or the publications after a position.",
  ],
  unsubscribe: ['UnsubscribeRequest', 'Done', 'Unsubscribes from a feed.'],
  token: ['TokenRequest', 'Done', 'Sends a new token for the same reader to keep the connection open.'],
} as const;
type RequestName = keyof typeof REQUESTS;
const REQUEST_NAMES = Object.keys(REQUESTS) as RequestName[];

const CHANNEL = { $ref: '#/channels/socket' };
const inChannel = (name: string) => ({ $ref: `#/channels/socket/messages/${name}` });
const answerOf = (name: RequestName): string => `${name}Answer`;

function messages() {
  const message = (name: string, summary: string, payload: object) => ({
    [name]: { name, title: name, summary, contentType: 'application/json', payload },
  });
  return Object.assign(
    {},
    ...SERVER_EVENT_NAMES.map((name) => message(name, EVENT_SPECS[name].summary, ref(schemaOfEvent(name)))),
    ...REQUEST_NAMES.flatMap((name) => {
      const [request, answer, summary] = REQUESTS[name];
      const payload = { oneOf: [ref(answer), ref(REFUSAL)] };
      return [
        message(name, summary, ref(request)),
        message(answerOf(name), `The acknowledgement of ${name}.`, payload),
      ];
    }),
  ) as Record<string, object>;
}

function operations(): Record<string, object> {
  const requestOperations = REQUEST_NAMES.map((name) => [
    name,
    {
      action: 'receive',
      channel: CHANNEL,
      summary: REQUESTS[name][2],
      messages: [inChannel(name)],
      reply: { channel: CHANNEL, messages: [inChannel(answerOf(name))] },
    },
  ]);
  const eventOperations = SERVER_EVENT_NAMES.map((name) => [
    name,
    { action: 'send', channel: CHANNEL, summary: EVENT_SPECS[name].summary, messages: [inChannel(name)] },
  ]);
  return Object.fromEntries([...requestOperations, ...eventOperations]) as Record<string, object>;
}

/**
 * Returns the socket's AsyncAPI 3 document from the server's perspective: the server receives requests and sends
 * events.
 */
export function asyncApiDocument() {
  const all = messages();
  const names = [
    ...SERVER_EVENT_NAMES.map(schemaOfEvent),
    ...REQUEST_NAMES.flatMap((name) => [REQUESTS[name][0], REQUESTS[name][1]]),
    REFUSAL,
  ];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tocsin socket',
      version: VERSION,
      description:
        'Events in the default namespace of socket.io (protocol 5). Requests are acknowledged. The ' +
        'handshake sends the token and the clientId in its auth object. docs/protocol.md has the rules for clients.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      bff: {
        host: 'localhost:4001',
        pathname: SOCKET_PATH,
        protocol: 'socketio',
        description: 'A bff instance.',
      },
    },
    channels: {
      socket: {
        address: SOCKET_PATH,
        description: "A reader's connection.",
        servers: [{ $ref: '#/servers/bff' }],
        messages: Object.fromEntries(
          Object.keys(all).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
      },
    },
    operations: operations(),
    components: { messages: all, schemas: schemasOf(names, 'draft-7') },
  };
}
