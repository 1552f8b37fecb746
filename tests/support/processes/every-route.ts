import { KNOWN_SUBSCRIPTION, type PortName } from './port-names.ts';
import type { PortsProcess } from './ports-process.ts';

export interface Route {
  port: PortName;
  method: string;
  /** The path with valid parameters. */
  path: string;
  body?: string;
  /** True for probes, metrics and pages, which need no key or token and accept unknown parameters. */
  isOpen?: boolean;
}

const json = (value: unknown): string => JSON.stringify(value);
const gets = (port: PortName, paths: string[], isOpen = false): Route[] =>
  paths.map((path) => ({ port, method: 'GET', path, ...(isOpen && { isOpen }) }));

/** The fields that identify an unsent fallback in a request. */
const unsent = {
  ...{ reader: 'user:one', id: 'one', via: 'email' },
  ...{ createdAt: '2026-01-01T00:00:00Z', at: '2026-01-01T00:00:01Z' },
};

/** Returns routes that change feeds: served on the producer's public port, and by invocation on its internal port. */
const changes = (port: PortName): Route[] => [
  { port, method: 'POST', path: '/notifications', body: json({ id: 'one', title: 'One' }) },
  { port, method: 'DELETE', path: '/notifications/one?feed=all' },
  { port, method: 'DELETE', path: '/feeds/topic:x' },
  { port, method: 'DELETE', path: '/feeds?feed=topic:x' },
];

const producer = (port: PortName): Route[] => [
  ...changes(port),
  ...gets(port, ['/notifications/one/receipts?feed=all', '/openapi.json']),
  ...gets(port, ['/healthz', '/readyz', '/metrics'], true),
];

/** Returns the routes for a reader's actions on notifications, and for preferences. */
const inbox = (port: PortName): Route[] => [
  ...['unread', 'unarchive', 'unsnooze', 'archive'].map((name) => ({
    ...{ port, method: 'POST', path: `/app/notifications/${name}` },
    body: json({ feed: 'all', ids: ['one'], clientId: 'one' }),
  })),
  {
    ...{ port, method: 'POST', path: '/app/notifications/seen' },
    body: json({ feed: 'all', offset: 1, clientId: 'one' }),
  },
  {
    ...{ port, method: 'POST', path: '/app/notifications/snooze' },
    body: json({ feed: 'all', ids: ['one'], until: new Date(Date.now() + 60_000), clientId: 'one' }),
  },
  ...gets(port, ['/app/notifications?q=one&clientId=one', '/app/preferences?clientId=one']),
  ...['PUT', 'PATCH'].map((method) => ({
    ...{ port, method, path: '/app/preferences' },
    body: json({ sound: true, clientId: 'one' }),
  })),
];

/** Returns the routes for a reader's own contact addresses. */
const channels = (port: PortName): Route[] => {
  const subscription = { endpoint: 'https://push.example.com/one', keys: { p256dh: 'one', auth: 'one' } };
  return [
    ...gets(port, ['/app/channels', '/app/unsubscribe?reader=user:one&via=email&proof=none']),
    { port, method: 'PUT', path: '/app/channels/email', body: json({ consent: true }) },
    { port, method: 'DELETE', path: '/app/channels/email' },
    { port, method: 'POST', path: '/app/channels/email/code', body: json({ address: 'one@example.com' }) },
    { port, method: 'PUT', path: '/app/channels/push', body: json({ subscription }) },
    { port, method: 'DELETE', path: '/app/channels/push', body: json({ endpoint: subscription.endpoint }) },
  ];
};

const bff = (port: PortName): Route[] => [
  ...gets(port, [
    '/app/notifications?feed=all&limit=1',
    '/app/notification?id=one&feed=all',
    '/app/mutes?clientId=one',
    '/app/unread?clientId=one',
    '/app/stream?feed=all',
    '/openapi.json',
    '/asyncapi.json',
  ]),
  {
    port,
    method: 'POST',
    path: '/app/notifications/read',
    body: json({ feed: 'all', offset: 1, clientId: 'one' }),
  },
  ...inbox(port),
  ...channels(port),
  { port, method: 'PUT', path: '/app/mutes', body: json({ feeds: [], severities: [], clientId: 'one' }) },
  ...gets(port, [
    '/app/ops/instances',
    '/app/ops/history',
    '/app/ops/status',
    '/app/ops/find?id=one&feed=all',
    '/app/ops/schedules',
    '/app/ops/receipts?id=one&feed=user:one',
    '/app/ops/readers/one/export',
    '/app/ops/dead-letters',
    '/app/ops/dead-letters/none',
    '/app/ops/audit',
    '/app/ops/email-preview?language=en&kind=single',
    '/app/ops/fallbacks/unsent?limit=1',
  ]),
  ...['send-again', 'dismiss'].map((name) => ({
    ...{ port, method: 'POST', path: `/app/ops/fallbacks/${name}` },
    body: json({ fallbacks: [unsent] }),
  })),
  { port, method: 'DELETE', path: '/app/ops/dead-letters/none' },
  { port, method: 'POST', path: '/app/ops/dead-letters/none/put-back', body: '{}' },
  {
    ...{ port, method: 'POST', path: '/app/ops/dead-letters/put-back' },
    body: json({ skip: 0, until: new Date(0) }),
  },
  { port, method: 'POST', path: '/app/ops/retract', body: json({ id: 'one', feed: 'all' }) },
  { port, method: 'POST', path: '/app/compose', body: json({ id: 'one', title: 'One' }) },
  ...gets(port, ['/hubs/?EIO=4&transport=polling']),
  { port, method: 'POST', path: '/hubs/?EIO=4&transport=polling&sid=none', body: '40' },
  ...gets(port, ['/healthz', '/readyz', '/metrics', '/', '/ops', '/assets/page.js'], true),
];

const revocations: Route[] = [
  ...gets('bff', ['/app/ops/revocations']),
  { port: 'bff', method: 'POST', path: '/app/ops/revocations', body: json({ sub: 'ben' }) },
  { port: 'bff', method: 'DELETE', path: '/app/ops/revocations/cleo' },
];

export const PUBLIC_ROUTES: readonly Route[] = [
  ...producer('producer'),
  ...producer('openProducer'),
  ...bff('bff'),
  ...revocations,
  ...bff('openBff'),
  ...gets('ui', ['/', '/ops', '/assets/page.js', '/healthz', '/readyz'], true),
];

const event = json({ id: 'one', data: { title: 'One' } });
const call = json({ feed: 'all' });

/** Routes that the sidecar calls. */
export const INTERNAL_ROUTES: readonly Route[] = [
  ...changes('producerInternal'),
  ...gets('producerInternal', ['/notifications/one/receipts?feed=all', '/healthz', '/dapr/subscribe']),
  { port: 'producerInternal', method: 'POST', path: KNOWN_SUBSCRIPTION, body: event },
  { port: 'producerInternal', method: 'POST', path: '/job/one', body: json({}) },
  {
    ...{ port: 'producerInternal', method: 'POST', path: '/operations' },
    body: json({ do: 'find-schedule', id: 'one', feed: 'all' }),
  },
  ...gets('bffInternal', ['/healthz', '/dapr/subscribe', '/dapr/config']),
  { port: 'bffInternal', method: 'PUT', path: '/actors/Feed/all/method/take', body: call },
  { port: 'bffInternal', method: 'DELETE', path: '/actors/Feed/all' },
  { port: 'bffInternal', method: 'POST', path: '/receipts', body: json({ id: 'one', feed: 'all' }) },
  { port: 'bffInternal', method: 'POST', path: '/job/away:one', body: json({}) },
  { port: 'bffInternal', method: 'POST', path: KNOWN_SUBSCRIPTION, body: event },
];

/** Returns valid headers for a request to this route. */
export function headersFor(
  { port, body }: Route,
  { key, token, appToken }: PortsProcess,
): Record<string, string> {
  const secrets: Partial<Record<PortName, Record<string, string>>> = {
    producer: key,
    bff: token,
    producerInternal: { ...appToken, ...key },
    bffInternal: appToken,
  };
  return {
    ...secrets[port],
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': String(body.length) }),
  };
}
