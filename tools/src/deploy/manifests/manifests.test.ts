import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { APP_IDS, COMPONENTS, SECRETS, TOPICS } from '@tocsin/contracts';
import { documentsIn, kustomize, type Document } from './kustomize.ts';
import { ROOT } from '../../paths.ts';
import { NAMESPACE } from './kustomization.ts';
import { RESOURCES } from '../cluster/permissions.ts';
import { newSecrets } from '../secrets.ts';

const yamlFilesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('kustomization.yaml'))
    .map((file) => join(ROOT, folder, file));
const filesOf = (folder: string): Document[] => yamlFilesIn(folder).flatMap(documentsIn);

const inCompose = filesOf('compose/dapr');
/**
 * The documents in components/. Each component in compose/dapr limits who may publish, and replaces the component with
 * the same name.
 */
const local = filesOf('components').map(
  (ours) =>
    inCompose.find(({ kind, metadata }) => kind === 'Component' && metadata.name === ours.metadata.name) ??
    ours,
);
const base = kustomize(join(ROOT, 'k8s/base'));
const inCluster = [...base, ...filesOf('k8s/components'), ...filesOf('k8s/overlays')];
const dapr = kustomize(join(ROOT, 'k8s/base/dapr'));

const named = (documents: readonly Document[], kind: string, name: string): Document => {
  const found = documents.find((document) => document.kind === kind && document.metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} named ${name}`);
  return found;
};

const componentSchema = z.object({
  spec: z.object({
    type: z.string(),
    version: z.string(),
    metadata: z
      .array(
        z.object({
          name: z.string(),
          value: z.string().optional(),
          secretKeyRef: z.object({ name: z.string(), key: z.string().optional() }).optional(),
        }),
      )
      .default([]),
  }),
  auth: z.object({ secretStore: z.string() }).optional(),
  scopes: z.array(z.string()).optional(),
});

/** The settings for a cluster, TLS and Sentinel, which k8s/components adds on request. */
const ON_REQUEST = [
  'redisType',
  ...['enableTLS', 'clientCert', 'clientKey'],
  ...['failover', 'sentinelMasterName', 'sentinelUsername', 'sentinelPassword'],
];

/** Returns a component from `components/` as it should look on Kubernetes. */
function onKubernetes(document: Document) {
  const { spec, auth, scopes } = componentSchema.parse(document);
  const isSecretStore = spec.type === 'secretstores.local.env';
  return {
    ...(scopes && { scopes }),
    // Dapr reads the host and the password from a Secret.
    ...(auth && { auth: { secretStore: 'kubernetes' } }),
    spec: {
      ...spec,
      ...(isSecretStore && { type: 'secretstores.kubernetes' }),
      metadata: isSecretStore
        ? []
        : spec.metadata
            .filter(({ name }) => !ON_REQUEST.includes(name))
            .map((setting) =>
              setting.secretKeyRef
                ? { name: setting.name, secretKeyRef: { name: 'redis', key: setting.secretKeyRef.name } }
                : { ...setting, value: setting.value?.replace(EVERY_PUBLISHER, '') },
            ),
    },
  };
}

/** On a single machine, any application can publish notifications. In containers, only listed applications can. */
const EVERY_PUBLISHER = ';{appID}=notifications';

describe('the components on Kubernetes', () => {
  // Leave out the secret store `environment`: on Kubernetes, the components use Secrets instead.
  const names = local
    .filter(({ kind, metadata }) => kind === 'Component' && metadata.name !== 'environment')
    .map(({ metadata }) => metadata.name);

  it('should match components/, except for the secret store that reads the environment', () => {
    const known = [...Object.values(COMPONENTS), SECRETS.jwt.store, SECRETS.apiKeys.store].sort();
    expect([...names].sort()).toEqual(known);
    const theirs = dapr.filter(({ kind }) => kind === 'Component').map(({ metadata }) => metadata.name);
    expect(theirs.sort()).toEqual(known);
  });

  it.each(names)('should have the same %s as components/', (name) => {
    expect(componentSchema.parse(named(dapr, 'Component', name))).toEqual(
      onKubernetes(named(local, 'Component', name)),
    );
  });

  it('should have the settings for a cluster, TLS and Sentinel in k8s/components', () => {
    const added = ['redis-cluster', 'redis-tls', 'redis-client-cert', 'redis-sentinel'].flatMap((folder) => {
      const text = readFileSync(join(ROOT, 'k8s', 'components', folder, 'kustomization.yaml'), 'utf8');
      return [...text.matchAll(/\{ name: (\w+), (?:value: (?:'true'|cluster)|secretKeyRef)/g)].map(
        ([, name]) => name ?? '',
      );
    });
    expect(added.filter((name) => !name.startsWith('REDIS_'))).toEqual(ON_REQUEST);
  });

  it('should have the same resiliency as components/', () => {
    expect(named(dapr, 'Resiliency', 'notification-resiliency')).toEqual(
      named(local, 'Resiliency', 'notification-resiliency'),
    );
  });

  const secretsSchema = z.object({ scopes: z.array(z.looseObject({ storeName: z.string() })) });
  const specSchema = z.object({
    spec: z.looseObject({ secrets: secretsSchema, accessControl: z.unknown().optional() }),
  });
  const apps = Object.values(APP_IDS);

  it.each(apps)(
    'should have the same configuration for %s, except for secret stores and who may invoke it',
    (app) => {
      const ours = specSchema.parse(named(local, 'Configuration', 'tocsin')).spec;
      const theirs = specSchema.parse(named(dapr, 'Configuration', app)).spec;
      const scopes = ours.secrets.scopes.map((scope) =>
        scope.storeName === 'environment' ? { ...scope, storeName: 'kubernetes' } : scope,
      );
      expect({ ...theirs, accessControl: undefined }).toEqual({
        ...ours,
        secrets: { scopes },
        accessControl: undefined,
      });
      expect(JSON.stringify(named(inCluster, 'Deployment', app))).toContain(`"dapr.io/config":"${app}"`);
    },
  );

  /** Each application's only caller, and the methods that it may invoke. */
  const CALLERS: Record<string, { appId: string; methods: readonly string[] }> = {
    [APP_IDS.producer]: { appId: APP_IDS.bff, methods: ['/notifications', '/operations'] },
    [APP_IDS.bff]: { appId: APP_IDS.producer, methods: ['/receipts'] },
  };

  /** The access control that permits only the calls in `CALLERS`, from callers with certificates for this namespace. */
  function accessControlFor(app: string, namespace: string): object {
    const { appId, methods } = CALLERS[app] ?? {};
    const operations = methods?.map((name) => ({ name, httpVerb: ['POST'], action: 'allow' }));
    const admission = { defaultAction: 'deny', trustDomain: 'public' };
    return { ...admission, ...(appId && { policies: [{ appId, ...admission, namespace, operations }] }) };
  }

  it.each(apps)(
    'should let only the documented caller invoke %s, and only the documented methods, as in compose',
    (app) => {
      const accessControl = specSchema.parse(named(dapr, 'Configuration', app)).spec.accessControl;
      expect(accessControl).toEqual(accessControlFor(app, NAMESPACE));
      const { spec } = z.object({ spec: z.unknown() }).parse(named(inCompose, 'Configuration', app));
      expect(spec).toEqual({ accessControl: accessControlFor(app, 'default') });
    },
  );

  it('should protect every topic, and let only listed applications publish notifications', () => {
    const { metadata } = componentSchema.parse(named(dapr, 'Component', COMPONENTS.pubsub)).spec;
    const valueOf = (name: string) => metadata.find((setting) => setting.name === name)?.value ?? '';
    expect(valueOf('protectedTopics').split(',').sort()).toEqual(Object.values(TOPICS).sort());
    expect(valueOf('publishingScopes').split(/[=,;]/)).not.toContain(TOPICS.notifications);
    expect(valueOf('subscriptionScopes').match(/(?<=[=,])notifications(?=[,;]|$)/g)).toHaveLength(1);
  });
});

describe('k8s/', () => {
  it('should contain only kinds for which deploy checks permissions', () => {
    const kinds = new Set(inCluster.map(({ kind }) => kind));
    expect([...kinds].filter((kind) => !Object.hasOwn(RESOURCES, kind))).toEqual([]);
  });

  it('should contain no Secrets, and refer only to Secrets that deploy creates', () => {
    const text = JSON.stringify(inCluster);
    const keyRefs = [...text.matchAll(/"secretKeyRef":\{"name":"([\w-]+)","key":"(\w+)"/g)];
    expect(keyRefs.length).toBeGreaterThan(10);
    const secrets = newSecrets();
    for (const [, name = '', key = ''] of keyRefs) expect(Object.keys(secrets[name] ?? {})).toContain(key);
    for (const [, name = ''] of text.matchAll(/"dapr\.io\/\w+-token-secret":"([\w-]+)"/g))
      expect(secrets[name]).toHaveProperty('token');
    expect(inCluster.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  it('should specify the namespace wherever kustomize doesn’t add it', () => {
    const scoped = filesOf('k8s/components').filter(({ kind }) => RESOURCES[kind]?.clusterWide !== true);
    expect(scoped.length).toBeGreaterThan(2);
    for (const { metadata } of scoped) expect(metadata).toHaveProperty('namespace');
  });

  const containersSchema = z.looseObject({
    spec: z.looseObject({
      template: z.looseObject({
        spec: z.looseObject({
          securityContext: z.looseObject({ runAsNonRoot: z.boolean(), seccompProfile: z.unknown() }),
          containers: z.array(
            z.looseObject({
              image: z.string(),
              resources: z.object({
                requests: z.object({ cpu: z.string(), memory: z.string() }),
                limits: z.object({ cpu: z.string(), memory: z.string() }),
              }),
              securityContext: z.looseObject({}),
            }),
          ),
        }),
      }),
    }),
  });
  const workloads = base.filter(({ kind }) => /^(Deployment|StatefulSet)$/.test(kind));

  it.each(workloads.map(({ metadata }) => metadata.name))('should harden %s and set limits', (name) => {
    const workload = workloads.find(({ metadata }) => metadata.name === name);
    const { spec } = containersSchema.parse(workload).spec.template;
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const { image, securityContext } of spec.containers) {
      expect(image).toMatch(/^tocsin-(producer|bff|ui)$|^[\w/.-]+:\d+\.\d+\.\d+$/);
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  /** The pods that can reach a port, according to each policy that opens it. */
  const openedBy = (port: number | string) =>
    inCluster
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .flatMap((policy) => {
        const { podSelector, ingress = [] } = z
          .object({
            spec: z.looseObject({
              podSelector: z.unknown(),
              ingress: z
                .array(z.object({ from: z.unknown(), ports: z.array(z.object({ port: z.unknown() })) }))
                .optional(),
            }),
          })
          .parse(policy).spec;
        return ingress
          .filter(({ ports }) => ports.some((opened) => opened.port === port))
          .map(({ from }) => ({ to: podSelector, from }));
      });

  it('should open the sidecars’ internal ports only between the producer and the bff, and no application ports', () => {
    const ours = {
      matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: ['producer', 'bff'] }],
    };
    expect(openedBy(50002)).toEqual([{ to: ours, from: [{ podSelector: ours }] }]);
    for (const port of [3500, 3501, 50001, 4100, 4101]) expect(openedBy(port)).toEqual([]);
    for (const policy of inCluster.filter(({ kind }) => kind === 'NetworkPolicy'))
      expect(JSON.stringify(policy)).not.toContain('"ingress":[{}]');
  });

  it('should give Redis the same users as compose and the docs, and applications only the commands that they need', () => {
    const users = readFileSync(join(ROOT, 'k8s/base/redis-users.acl'), 'utf8');
    expect(users).toBe(readFileSync(join(ROOT, 'docs/redis-users.acl'), 'utf8'));
    const [off, tocsin = ''] = users.split('\n');
    // Redis replays the append-only file as this user, and would drop transactions that this user can't run.
    expect(off).toBe('user default off resetpass ~* &* +@all');
    expect(tocsin).toMatch(/^user tocsin on .* -@all /);
    expect(tocsin).not.toMatch(/\+(@all|config|keys|flush|acl|script|function|replicaof|debug)/);
  });

  it('should make Redis sync each write and never evict keys', () => {
    const text = readFileSync(join(ROOT, 'k8s/base/redis.conf'), 'utf8');
    for (const line of ['appendonly yes', 'appendfsync always', 'maxmemory-policy noeviction'])
      expect(text.split('\n')).toContain(line);
  });
});
