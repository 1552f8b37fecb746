/**
 * The layers of the code (rooms) and their allowed imports. `elements` lists the rooms, innermost first. An import that
 * no policy allows is an error. Tests and `testing/` may import anything. Of all other code, only the lab may import
 * `testing/`, and none may import tests.
 */

const CORES = '{produce,schedule,deliver,feed,recover,readers,auth,ops,connect,away}';
const ADAPTERS = '{dapr,redis,socketio,http,internals,receive,validate,memory,observe,demo}';

const room = (type, pattern, capture = []) => ({ type, pattern, capture, partialMatch: false });

export const elements = [
  room('contracts', 'contracts/src'),
  room('toasts', 'client-vue/src/toasts'),
  room('vue', 'client-vue/src'),
  room('vue-alias', 'client/src/vue'),
  room('client', 'client/src'),
  room('ops-page', 'ui/src/ops'),
  room('ui-server', 'ui/src/server'),
  room('ui', 'ui/src'),
  room('service-http', 'service/src/http'),
  room('service-dapr', 'service/src/dapr'),
  room('service-otel', 'service/src/otel'),
  room('service-redis', 'service/src/redis'),
  room('service', 'service/src'),
  room('channels', 'bff/src/away/{channels,templates}'),
  room('core', `@(producer|bff)/src/${CORES}`, ['app', 'room']),
  room('adapter', `@(producer|bff)/src/${ADAPTERS}`, ['app', 'room']),
  room('testing', '@(producer|bff|service)/testing', ['app']),
  room('app', '@(producer|bff)/src', ['app']),
  room('capacity-model', 'lab/src/capacity/model'),
  room('conformance', 'conformance/src'),
  room('publish', 'publish/src'),
  room('tools', 'tools/src'),
  room('lab', 'lab/src'),
];

export const files = [
  { category: 'test', pattern: '**/*.test.ts' },
  { category: 'pure', pattern: 'service/src/@(random-id|token-bucket).ts' },
  /** Imported by both an application's wiring and its adapters. */
  { category: 'shared', pattern: '{producer,bff}/src/{config,backend}.ts' },
];

const from = (types, captured) => ({
  element: { types: { anyOf: [types].flat() }, ...(captured && { captured }) },
});
const to = (...types) => ({ to: { element: { types: { anyOf: types } } } });
const toFile = (category) => ({ to: { file: { categories: { anyOf: [category] } } } });
const modules = (...sources) => ({ to: { module: { origin: 'external', source: sources } } });
const node = (...sources) => ({ to: { module: { origin: 'core', source: sources } } });

/** Allows only rooms of the same application. */
const sameApp = (type, rooms) => ({
  to: {
    element: {
      types: { anyOf: [type] },
      captured: { app: '{{from.element.captured.app}}', ...(rooms && { room: rooms }) },
    },
  },
});

const EVERYTHING = [to('*'), modules('*', '@*/*', '@*/*/*'), node('*', 'node:*')];

export const policies = [
  { from: from('contracts'), allow: [to('contracts'), modules('zod')] },

  { from: from('client'), allow: [to('client', 'contracts'), modules('socket.io-client')] },
  { from: from('vue-alias'), allow: to('vue') },
  {
    from: from(['vue', 'toasts']),
    allow: [to('vue', 'toasts', 'client', 'contracts'), modules('vue', 'pinia')],
  },
  { from: from('toasts'), allow: modules('vue-toastification') },
  { from: from('ui'), allow: [to('ui', 'vue', 'contracts'), modules('vue')] },
  {
    from: from('ops-page'),
    allow: [to('ops-page', 'ui', 'vue', 'contracts'), modules('vue', 'uplot')],
  },

  {
    from: from('ui-server'),
    allow: [to('ui-server', 'service', 'service-http'), modules('express', 'zod'), node('*', 'node:*')],
  },

  {
    from: from(['service', 'service-http', 'service-dapr', 'service-otel', 'service-redis']),
    allow: [to('service', 'service-http', 'service-dapr', 'contracts'), modules('zod'), node('*', 'node:*')],
  },
  { from: from('service'), allow: [to('service-otel'), modules('lru-cache', 'pino', 'prom-client')] },
  { from: from('service-otel'), allow: modules('@opentelemetry/*') },
  {
    from: from('service-http'),
    allow: modules('content-type', 'express', 'express-static-gzip', 'helmet', 'raw-body'),
  },
  { from: from('service-dapr'), allow: modules('undici') },
  // The only room that talks to Redis directly, bypassing Dapr.
  { from: from('service-redis'), allow: [to('service-redis'), modules('redis')] },

  // The core does no I/O, so it may import only Node modules without I/O.
  {
    from: from('core'),
    allow: [
      to('contracts'),
      modules('lru-cache'),
      toFile('pure'),
      node('node:crypto', 'node:util', 'node:events'),
    ],
  },
  { from: from('core', { room: 'produce' }), allow: sameApp('core', 'produce') },
  { from: from('core', { room: 'schedule' }), allow: sameApp('core', ['schedule', 'produce']) },
  { from: from('core', { room: 'feed' }), allow: sameApp('core', 'feed') },
  { from: from('core', { room: 'deliver' }), allow: sameApp('core', ['deliver', 'feed']) },
  { from: from('core', { room: 'auth' }), allow: [sameApp('core', 'auth'), modules('jose')] },
  { from: from('core', { room: 'ops' }), allow: sameApp('core', 'ops') },
  {
    from: from('core', { room: 'readers' }),
    allow: sameApp('core', ['readers', 'recover', 'deliver', 'feed']),
  },
  {
    from: from('core', { room: 'away' }),
    allow: [sameApp('core', ['away', 'readers', 'recover', 'deliver', 'feed']), to('channels')],
  },
  { from: from('core', { room: 'recover' }), allow: sameApp('core', ['recover', 'deliver', 'feed']) },
  {
    from: from('core', { room: 'connect' }),
    allow: sameApp('core', ['connect', 'auth', 'readers', 'recover', 'feed']),
  },

  {
    from: from('adapter'),
    allow: [
      to('contracts', 'service', 'service-http', 'service-dapr'),
      sameApp('core'),
      sameApp('adapter', '{{from.element.captured.room}}'),
      toFile('shared'),
      modules('zod'),
      node('*', 'node:*'),
    ],
  },
  {
    from: from('adapter', { room: 'http' }),
    allow: [to('channels'), modules('express', 'express-rate-limit')],
  },
  { from: from('adapter', { room: 'receive' }), allow: [modules('express'), sameApp('adapter', 'validate')] },
  // The SDK's server needs an Express application.
  {
    from: from('adapter', { room: 'dapr' }),
    allow: modules('@dapr/dapr', '@dapr/dapr/*', '@grpc/grpc-js', 'dataloader', 'express'),
  },
  // This room relies on library internals. The canary tests state which versions were tested.
  {
    from: from('adapter', { room: 'internals' }),
    allow: modules('@dapr/dapr', 'socket.io', 'socket.io-adapter', '@socket.io/*', 'ws'),
  },
  { from: from('adapter', { room: ['dapr', 'socketio'] }), allow: sameApp('adapter', 'internals') },
  {
    from: from('adapter', { room: 'socketio' }),
    allow: modules(
      'socket.io',
      'socket.io-adapter',
      'socket.io-parser',
      '@azure/web-pubsub-socket.io',
      '@socket.io/*',
      'proxy-addr',
    ),
  },
  // The only adapter that opens Redis connections. The socket.io adapter is passed a connection.
  { from: from('adapter', { room: 'redis' }), allow: to('service-redis') },
  { from: from('adapter', { room: 'socketio' }), allow: sameApp('adapter', 'redis') },

  // Channels take plain options, so tests and tools can use each channel by itself.
  {
    from: from('channels'),
    allow: [
      to('channels', 'contracts'),
      modules(
        'ipaddr.js',
        'liquidjs',
        'nodemailer',
        'nodemailer/*',
        'standardwebhooks',
        'undici',
        'web-push',
        'zod',
      ),
      node('*', 'node:*'),
    ],
  },

  {
    from: from('app'),
    allow: [
      to('contracts', 'channels', 'service', 'service-http', 'service-dapr', 'service-redis'),
      sameApp('app'),
      sameApp('core'),
      sameApp('adapter'),
      // `socket.io-adapter` is imported only for the type of the adapter that the backend passes to the gateway.
      modules('zod', 'express', 'socket.io-adapter'),
      node('*', 'node:*'),
    ],
  },

  // The capacity model does no I/O. It computes everything from measured constants.
  { from: from('capacity-model'), allow: to('capacity-model', 'contracts') },

  // The conformance cases import only the contracts from this repository, so they can test other servers.
  {
    from: from('conformance'),
    allow: [to('conformance', 'contracts'), modules('socket.io-client'), node('*', 'node:*')],
  },

  // Other teams install `publish`, so it has no dependencies. It bundles the contracts' types.
  { from: from('publish'), allow: [to('publish', 'contracts'), node('*', 'node:*')] },

  {
    from: from('tools'),
    allow: [
      to(
        'tools',
        'channels',
        'conformance',
        'contracts',
        'client',
        'service',
        'service-redis',
        'app',
        'ui-server',
      ),
      modules('*', '@*/*'),
      node('*', 'node:*'),
    ],
  },
  {
    from: from('lab'),
    allow: [
      to('lab', 'capacity-model', 'tools', 'contracts', 'client', 'service', 'service-redis'),
      modules('*', '@*/*'),
      node('*', 'node:*'),
    ],
  },

  { from: from('testing'), allow: EVERYTHING },
  { disallow: [toFile('test'), to('testing')] },
  // The lab uses the test receivers for channels. Images contain neither the lab nor the receivers.
  { from: from('lab'), allow: [to('testing')] },
];

/**
 * Selects the policies for a room's files. The plugin evaluates every policy for every import, so passing them all
 * would be slow.
 */
export const policiesOf = (type) =>
  policies.filter((policy) => !policy.from || policy.from.element.types.anyOf.includes(type));
