import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  APP_IDS,
  AUDIT_TOPICS,
  COMPONENTS,
  ENTRY_LIFE_MS,
  MAX_AUDIT_RECORDS,
  SECRETS,
  TOPICS,
} from '@tocsin/contracts';
import { CLAIM_CHECK_TYPE } from '@tocsin/service';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (...path: string[]): unknown => parse(readFileSync(join(root, ...path), 'utf8'));

const resourceSchema = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z.looseObject({
    type: z.string().optional(),
    metadata: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
  }),
  scopes: z.array(z.string()).optional(),
});
const resources = readdirSync(join(root, 'components'))
  .filter((file) => file !== 'kustomization.yaml')
  .map((file) => ({ file, resource: resourceSchema.parse(read('components', file)) }));
const component = (name: string) => {
  const found = resources.find(({ resource }) => resource.metadata.name === name)?.resource;
  if (!found) throw new Error(`components/ has no ${name}`);
  return found;
};
const setting = (name: string, key: string): string => {
  const found = component(name).spec.metadata.find((item) => item.name === key)?.value;
  if (found === undefined) throw new Error(`${name} has no ${key}`);
  return found;
};

describe('components/', () => {
  it.each([
    [COMPONENTS.entries, CLAIM_CHECK_TYPE, [APP_IDS.producer, APP_IDS.bff]],
    [COMPONENTS.pubsub, 'pubsub.redis', undefined],
    [COMPONENTS.deadLetters, 'pubsub.redis', [APP_IDS.producer, APP_IDS.bff]],
    [COMPONENTS.state, 'state.redis', [APP_IDS.producer, APP_IDS.bff]],
    [COMPONENTS.audit, 'pubsub.redis', [APP_IDS.producer, APP_IDS.bff]],
  ])('should include %s of type %s, with the scopes that it needs', (name, type, scopes) => {
    expect(component(name).spec.type).toBe(type);
    expect(component(name).scopes).toEqual(scopes);
  });

  it.each([
    [SECRETS.jwt, APP_IDS.bff],
    [SECRETS.internal, APP_IDS.bff],
    [SECRETS.internalOfProducer, APP_IDS.producer],
    [SECRETS.apiKeys, APP_IDS.producer],
  ])(
    'should reserve %j for a single application, and let it read only its own secrets',
    ({ store, name }, app) => {
      expect(component(store).spec.type).toBe('secretstores.local.env');
      expect(component(store).scopes).toEqual([app]);
      const { scopes } = z
        .object({ scopes: z.array(z.looseObject({ storeName: z.string() })) })
        .parse(component('tocsin').spec['secrets']);
      const storeSecrets = Object.values(SECRETS).filter((secret) => secret.store === store);
      expect(storeSecrets.map((secret) => secret.name)).toContain(name);
      expect(scopes.filter(({ storeName }) => storeName === store)).toEqual([
        {
          storeName: store,
          defaultAccess: 'deny',
          allowedSecrets: storeSecrets.map((secret) => secret.name),
        },
      ]);
    },
  );
  it('should let other applications publish to the notifications topic, but not subscribe to any topic', () => {
    expect(setting(COMPONENTS.pubsub, 'protectedTopics').split(',').sort()).toEqual(
      Object.values(TOPICS).sort(),
    );
    const scopesOf = (name: string) =>
      Object.fromEntries(
        setting(COMPONENTS.pubsub, name)
          .split(';')
          .map((scope) => scope.split('=') as [string, string]),
      );
    const publishing = scopesOf('publishingScopes');
    expect(Object.keys(publishing)).toEqual([APP_IDS.producer, APP_IDS.bff, '{appID}']);
    expect(publishing['{appID}']).toBe(TOPICS.notifications);
    expect(scopesOf('subscriptionScopes')).toEqual({
      [APP_IDS.producer]: TOPICS.notifications,
      [APP_IDS.bff]: `${TOPICS.partitionAnnouncements},${TOPICS.announcements}`,
    });
  });

  it('should let the producer and bff append to the audit trail only via its component, and let no application read it', () => {
    const topics = Object.values(AUDIT_TOPICS);
    for (const name of [COMPONENTS.audit, COMPONENTS.pubsub, COMPONENTS.deadLetters])
      expect(setting(name, 'protectedTopics').split(',')).toEqual(expect.arrayContaining(topics));
    for (const name of [COMPONENTS.pubsub, COMPONENTS.deadLetters])
      for (const scopes of ['publishingScopes', 'subscriptionScopes'])
        expect(setting(name, scopes)).not.toContain(COMPONENTS.audit);
    const all = [APP_IDS.producer, APP_IDS.bff].map((app) => `${app}=${topics.join(',')}`);
    expect(setting(COMPONENTS.audit, 'publishingScopes')).toBe(all.join(';'));
    expect(setting(COMPONENTS.audit, 'subscriptionScopes')).toBe(`${APP_IDS.producer}=;${APP_IDS.bff}=`);
    expect(setting(COMPONENTS.audit, 'maxLenApprox')).toBe(String(MAX_AUDIT_RECORDS));
    expect(component(COMPONENTS.audit).spec.metadata.map((item) => item.name)).not.toContain('streamTTL');
  });

  it('should get Redis settings on Kubernetes only if they use Redis', () => {
    const patchesSchema = z.object({
      patches: z.array(z.object({ target: z.object({ kind: z.string(), name: z.string() }) })),
    });
    const folders = ['redis-tls', 'redis-client-cert', 'redis-sentinel', 'redis-cluster'];
    const names = [['base', 'dapr'], ...folders.map((folder) => ['components', folder])].map((path) => {
      const { patches } = patchesSchema.parse(read('k8s', ...path, 'kustomization.yaml'));
      const pattern = patches.find(({ target }) => target.kind === 'Component')?.target.name;
      return resources.flatMap(({ resource: { kind, metadata } }) =>
        kind === 'Component' && new RegExp(`^${pattern}$`).test(metadata.name) ? [metadata.name] : [],
      );
    });
    const onRedis = resources.filter(({ resource }) => resource.spec.type?.endsWith('.redis'));
    for (const patched of names)
      expect(patched).toEqual(onRedis.map(({ resource }) => resource.metadata.name));
  });

  it('should name each file after its component', () => {
    for (const { file, resource } of resources) {
      if (resource.kind === 'Component') expect(file).toBe(`${resource.metadata.name}.yaml`);
    }
  });

  it('should contain only components that are listed in the contracts', () => {
    const names = resources.filter(({ resource }) => resource.kind === 'Component');
    const stores = new Set(Object.values(SECRETS).map(({ store }) => store));
    const known = [...Object.values(COMPONENTS), ...stores, 'environment'];
    expect(names.map(({ resource }) => resource.metadata.name).sort()).toEqual(known.sort());
  });

  it.each([COMPONENTS.pubsub, COMPONENTS.deadLetters])(
    'should trim %s by time, before entries expire',
    (name) => {
      const hours = Number(/^(\d+)h$/.exec(setting(name, 'streamTTL'))?.[1]);
      expect(hours * 3_600_000).toBeLessThan(ENTRY_LIFE_MS);
      expect(component(name).spec.metadata.map((item) => item.name)).not.toContain('maxLenApprox');
      expect(setting(name, 'redeliverInterval')).toMatch(/^\d+$/);
    },
  );

  it('should retry for longer than processingTimeout, with no circuit breaker', () => {
    const resiliency = z
      .object({
        policies: z.strictObject({
          retries: z.object({
            inbound: z.object({ policy: z.string(), duration: z.string(), maxRetries: z.int() }),
          }),
        }),
        targets: z.object({ components: z.record(z.string(), z.unknown()) }),
      })
      .parse(z.object({ spec: z.unknown() }).parse(read('components', 'resiliency.yaml')).spec);
    const { policy, duration, maxRetries } = resiliency.policies.retries.inbound;
    expect(policy).toBe('constant');
    for (const name of [COMPONENTS.pubsub, COMPONENTS.deadLetters]) {
      expect(Number.parseInt(duration, 10) * maxRetries).toBeGreaterThan(
        Number.parseInt(setting(name, 'processingTimeout'), 10),
      );
      expect(resiliency.targets.components[name]).toEqual({ inbound: { retry: 'inbound' } });
    }
  });
});

describe('dapr.yaml', () => {
  const { common, apps } = z
    .object({
      common: z.looseObject({ resourcesPaths: z.array(z.string()), configFilePath: z.string() }),
      apps: z.array(
        z.looseObject({ appID: z.string(), appPort: z.int(), env: z.record(z.string(), z.string()) }),
      ),
    })
    .parse(read('dapr.yaml'));

  it('should run a producer and two bffs on the public ports', () => {
    expect(apps.map(({ appID, env }) => [appID, env['PORT']])).toEqual([
      [APP_IDS.producer, '4000'],
      [APP_IDS.bff, '4001'],
      [APP_IDS.bff, '4002'],
    ]);
  });

  it('should give every application and sidecar separate ports', () => {
    const ports = apps.flatMap((app) => [
      Number(app.env['PORT']),
      ...['appPort', 'daprHTTPPort', 'daprGRPCPort', 'daprInternalGRPCPort', 'metricsPort'].map(
        (key) => app[key],
      ),
    ]);
    expect(ports.every((port) => typeof port === 'number' && port > 0)).toBe(true);
    expect(new Set(ports).size).toBe(ports.length);
    for (const app of apps) expect(app.env['INTERNAL_PORT']).toBe(String(app.appPort));
  });

  it('should use probes to detect a dead application within 2 s', () => {
    expect(common).toMatchObject({
      enableAppHealthCheck: true,
      appHealthProbeInterval: 1,
      appHealthProbeTimeout: 500,
      appHealthThreshold: 2,
      resourcesPaths: ['./components'],
    });
  });
});
