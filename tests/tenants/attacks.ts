import { z } from 'zod';
import { kubectl, type Probe, type Tenant } from './tenant.ts';

const notification = { id: 'forged', feed: 'user:ada', title: 'Forged' };

/**
 * Builds requests that probe the attacked release's public ports, either unauthenticated or with the attacker's own
 * secrets. Each must get a 401.
 */
export async function publicPortProbes(attacked: string, attacker: Tenant, id: string): Promise<Probe[]> {
  const [producer, bff] = [`http://producer.${attacked}`, `http://bff.${attacked}`];
  const { signature } = await attacker.signedTake('all');
  const keys: Record<string, Record<string, string>> = {
    'no key': {},
    'the attacker’s key': { 'x-api-key': attacker.key('canary') },
    'the attacker’s signature': { 'tocsin-signature': signature },
    'the attacker’s internal secret': {
      authorization: `Bearer ${await attacker.secret('internal', 'internal')}`,
    },
    'the attacker’s sidecar token': { 'dapr-api-token': await attacker.secret('app-api-token', 'token') },
  };
  const tokens: Record<string, Record<string, string>> = {
    'no token': {},
    'the attacker’s token': { authorization: `Bearer ${await attacker.token('ada')}` },
    'the attacker’s operator token': { authorization: `Bearer ${await attacker.secret('ops', 'token')}` },
    'the attacker’s sidecar token': { 'dapr-api-token': await attacker.secret('app-api-token', 'token') },
  };
  const changes: Omit<Probe, 'name' | 'headers'>[] = [
    { method: 'POST', url: `${producer}/notifications`, body: notification },
    { method: 'DELETE', url: `${producer}/notifications/${id}?feed=user:ada` },
    { method: 'DELETE', url: `${producer}/feeds/user:ada` },
    { method: 'GET', url: `${producer}/notifications/${id}/receipts?feed=user:ada` },
  ];
  const reads: Omit<Probe, 'name' | 'headers'>[] = [
    { method: 'GET', url: `${bff}/app/notifications?feed=user:ada` },
    { method: 'GET', url: `${bff}/app/stream?feed=user:ada` },
    { method: 'POST', url: `${bff}/app/notifications/read`, body: { feed: 'user:ada', offset: 1 } },
    { method: 'PUT', url: `${bff}/app/mutes`, body: { feeds: ['user:ada'], severities: [] } },
    { method: 'GET', url: `${bff}/app/ops/instances` },
    { method: 'POST', url: `${bff}/app/compose`, body: notification },
  ];
  const all = (with_: Record<string, Record<string, string>>, requests: Omit<Probe, 'name' | 'headers'>[]) =>
    Object.entries(with_).flatMap(([what, headers]) =>
      requests.map((request) => ({
        ...request,
        name: `${request.method} ${request.url} with ${what}`,
        headers,
      })),
    );
  return [...all(keys, changes), ...all(tokens, reads)];
}

const podsSchema = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()) }),
  status: z.object({ podIP: z.string() }),
});

/**
 * Returns connections to ports that only the attacked pods themselves can use, and requests to the sidecars' open port,
 * which serves only health probes.
 */
export async function internalPortProbes(attacked: Tenant): Promise<Probe[]> {
  const selector = 'app.kubernetes.io/name in (producer,bff)';
  const pods = await kubectl.list(podsSchema, ['pods', '-n', attacked.namespace, '-l', selector]);
  return pods.flatMap(({ metadata, status }): Probe[] => {
    const app = metadata.labels['app.kubernetes.io/name'] ?? '';
    const [host, port] = [status.podIP, app === 'bff' ? 4101 : 4100];
    const open = (path: string, method: string): Probe => ({
      ...{ name: `${app}:3501${path}`, url: `http://${host}:3501${path}`, method },
      body: notification,
    });
    return [
      ...[port, 3500, 50001].map((target) => ({
        name: `${app}:${target}`,
        connect: { host, port: target },
      })),
      open('/v1.0/invoke/producer/method/notifications', 'POST'),
      open('/v1.0/publish/notification-pubsub/notifications', 'POST'),
      open('/v1.0/actors/Feed/all/method/take', 'PUT'),
    ];
  });
}

/** Returns attempts to read from the attacked release's Redis without a password or with the attacker's passwords. */
export async function redisProbes(attacked: string, attacker: Tenant): Promise<Probe[]> {
  const [password, operator] = [
    await attacker.secret('redis', 'PASSWORD'),
    await attacker.secret('redis-operator', 'PASSWORD'),
  ];
  const logins: Record<string, string[]> = {
    'no password': ['GET', 'entry:1'],
    'the user default': ['AUTH', password],
    'the user tocsin': ['AUTH', 'tocsin', password],
    'the user operator': ['AUTH', 'operator', operator],
  };
  return Object.entries(logins).map(([name, login]) => ({
    name,
    redis: { host: `redis.${attacked}`, port: 6379, commands: [login, ['GET', 'entry:1']] },
  }));
}

/** Builds requests that the attacker's own sidecar should send to the other release. */
export function sidecarProbes(attacked: string): Probe[] {
  const sidecar = 'http://127.0.0.1:3500/v1.0';
  return [
    { name: 'POST /receipts', url: `${sidecar}/invoke/bff.${attacked}/method/receipts`, method: 'POST' },
    {
      name: 'PUT /actors/Feed/all/method/take',
      url: `${sidecar}/invoke/bff.${attacked}/method/actors/Feed/all/method/take`,
      method: 'PUT',
    },
    {
      name: 'publishing to a component in the other namespace',
      url: `${sidecar}/publish/notification-pubsub.${attacked}/notifications`,
      method: 'POST',
    },
    {
      name: 'publishing through a component that uses the other Redis',
      url: `${sidecar}/publish/attacked-redis/notifications`,
      method: 'POST',
    },
  ].map((probe) => ({ ...probe, body: notification }));
}

/** Runs `use` while the attacker has a component with the attacked Redis's address and the attacker's own password. */
export async function withAttackedRedis<T>(
  attacked: string,
  attacker: Tenant,
  use: () => Promise<T>,
): Promise<T> {
  const component = {
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'attacked-redis', namespace: attacker.namespace },
    spec: {
      type: 'pubsub.redis',
      version: 'v1',
      // Without this setting, the component's error would stop the sidecar from starting.
      ignoreErrors: true,
      metadata: [
        { name: 'redisHost', value: `redis.${attacked}:6379` },
        { name: 'redisUsername', value: 'tocsin' },
        { name: 'redisPassword', secretKeyRef: { name: 'redis', key: 'PASSWORD' } },
      ],
    },
    auth: { secretStore: 'kubernetes' },
  };
  await kubectl.text(['create', '-f', '-'], JSON.stringify(component));
  try {
    return await use();
  } finally {
    await kubectl.text(['delete', '-f', '-'], JSON.stringify(component));
  }
}
