import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { CHART } from '../../tools/src/deploy/chart/chart.ts';
import { kustomize, type Document } from '../../tools/src/deploy/manifests/kustomize.ts';
import { helmWith, nameOf, template } from './helm.ts';

const SAFE = { bff: { settings: { AUTH_MODE: 'jwt' } } };
/** All values that change a manifest. */
const EVERYTHING = {
  image: {
    registry: 'registry.example.com:5000/team',
    tag: '1.2.3',
    digests: { bff: `sha256:${'a'.repeat(64)}` },
    pullPolicy: 'Always',
    pullSecrets: [{ name: 'pull' }],
  },
  daprNamespace: 'dapr',
  producer: { replicas: 3, settings: { API_KEYS: 'on', QUEUE_MAX: '500' } },
  bff: {
    replicas: 5,
    autoscaling: { enabled: false },
    settings: { AUTH_MODE: 'jwt', JWT_ISSUER: 'https://issuer.example.com', TRUST_PROXY: '2' },
    resources: { limits: { memory: '1Gi' } },
  },
  ui: { replicas: 1, settings: { ICON_ORIGINS: 'https://cdn.example.com' } },
  redis: { storageClass: 'fast', storage: '10Gi' },
  ingress: { host: 'notify.example.com', tlsSecret: 'notify-tls', annotations: { 'example.com/a': 'b' } },
  publish: true,
  publishers: ['shop', 'billing'],
  createSecrets: false,
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'only', operator: 'Exists' }],
  quotas: {
    limits: { connectionsPerBff: 500, bytesPerFeed: 1_048_576, queuedNotifications: 2_000 },
    namespace: { enabled: true, hard: { pods: '40', 'count/components.dapr.io': '20' } },
  },
  test: { keySecret: 'canary', reader: 'canary' },
};

/** An external Redis Cluster with all TLS options. */
const EXTERNAL = {
  ...SAFE,
  createSecrets: false,
  redis: {
    ...{ enabled: false, mode: 'cluster' },
    tls: { enabled: true, privateCa: true, clientCertificate: true },
  },
};

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-chart-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const isHook = ({ metadata }: Document) =>
  Object.hasOwn((metadata['annotations'] as object | undefined) ?? {}, 'helm.sh/hook');

/** Returns the values that docs/guides/redis.md shows for an external Redis Cluster with TLS. */
function documentedRedis(): object {
  const page = readFileSync(join(CHART, '../../docs/guides/redis.md'), 'utf8');
  const [, block = ''] = /\nWith the Helm chart.*\n\n```yaml\n([^]*?)```/.exec(page) ?? [];
  return (parse(block) as { redis: object }).redis;
}

/** Removes the intended differences from a document: common labels, checksums, namespaces. */
function plain(document: Document, namespace: string): unknown {
  const text = JSON.stringify(document, (key, value: unknown) => {
    if (key.startsWith('checksum/') || key === 'app.kubernetes.io/part-of') return undefined;
    return value;
  }).replaceAll(namespace, 'NAMESPACE');
  const { metadata, ...rest } = JSON.parse(text) as Document;
  const { labels, namespace: _, ...others } = metadata as Record<string, object | undefined>;
  return { ...rest, metadata: { ...others, ...(labels && Object.keys(labels).length > 0 && { labels }) } };
}

/** Builds k8s/base with the patches in these folders of k8s/components. */
function kustomizeWith(components: readonly string[]): Document[] {
  const k8s = join(CHART, '..');
  const folder = mkdtempSync(join(dir, 'kustomization-'));
  const patches = components.flatMap((name) => {
    const text = readFileSync(join(k8s, 'components', name, 'kustomization.yaml'), 'utf8');
    return (parse(text) as { patches: object[] }).patches;
  });
  const kustomization = { resources: [relative(folder, join(k8s, 'base'))], patches };
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  return kustomize(folder);
}

describe('the Helm chart', () => {
  it.each([
    ['the default values and an authenticated Ingress', SAFE],
    ['all values', EVERYTHING],
    ['an external Redis', EXTERNAL],
  ])('should pass `helm lint` with %s', async (_, values) => {
    const { code, output } = await helmWith(['lint', CHART, '--strict'], values);
    expect(code, output).toBe(0);
  });

  const external = (mode: string, tls: object = {}) => ({ enabled: false, mode, tls });
  const withTls = { enabled: true, privateCa: true, clientCertificate: true };

  it.each([
    ['its own Redis', {}, []],
    ['a Redis with TLS', external('single', { ...withTls, clientCertificate: false }), ['redis-tls']],
    [
      'Sentinels with TLS and a client certificate',
      external('sentinel', withTls),
      ['redis-tls', 'redis-client-cert', 'redis-sentinel'],
    ],
    ['a Redis Cluster', external('cluster'), ['redis-cluster']],
    [
      'a Redis Cluster with TLS and a client certificate',
      external('cluster', withTls),
      ['redis-tls', 'redis-client-cert', 'redis-cluster'],
    ],
    ['the Redis from docs/guides/redis.md', documentedRedis(), ['redis-tls', 'redis-cluster']],
    ['channels', {}, ['away']],
    [
      'channels and a Redis with TLS and a client certificate',
      external('single', withTls),
      ['redis-tls', 'redis-client-cert', 'away'],
    ],
  ])(
    'should equal the output of kustomize with %s, except for the chart’s own objects',
    async (_, redis, components) => {
      const namespace = 'any-namespace';
      const hasChannels = components.includes('away');
      const bff = hasChannels ? { away: { file: '{}' } } : {};
      const { documents } = await template({ ingress: { insecure: true }, redis, bff }, namespace);
      const image = (name: string) => (name === 'redis' ? undefined : `tocsin-${name}:0.1.0`);
      const isOwn = !('enabled' in redis);
      const expected = kustomizeWith(components).filter(
        (document) =>
          document.kind !== 'Namespace' &&
          (isOwn ||
            !['Service redis', 'StatefulSet redis', 'ServiceAccount redis'].includes(nameOf(document))),
      );
      const chartDocuments = new Map(
        documents.filter((document) => !isHook(document)).map((document) => [nameOf(document), document]),
      );
      for (const document of expected) {
        const rendered = JSON.parse(JSON.stringify(document)) as Document & {
          spec: {
            replicas?: number;
            template: { spec: { containers: { image: string }[] }; metadata: object };
          };
        };
        const tag = image(rendered.metadata.name);
        const [container] = rendered.kind === 'Deployment' ? rendered.spec.template.spec.containers : [];
        if (container && tag) container.image = tag;
        // The autoscaler sets the replica count.
        if (nameOf(rendered) === 'Deployment bff') delete rendered.spec.replicas;
        if (rendered.kind === 'Deployment' || rendered.kind === 'StatefulSet')
          Object.assign(rendered.spec.template.metadata, {
            annotations: (rendered.spec.template.metadata as { annotations?: object }).annotations ?? {},
          });
        const expected = chartDocuments.get(nameOf(rendered));
        expect(expected && plain(expected, namespace), nameOf(rendered)).toEqual(
          plain(rendered, 'realtime-microservices'),
        );
        chartDocuments.delete(nameOf(rendered));
      }
      const redisSecrets = isOwn ? ['redis', 'redis-operator'] : [];
      const secrets = [...redisSecrets, 'dapr-api-token', 'app-api-token', 'ops', 'jwt', 'internal'];
      expect([...chartDocuments.keys()].sort()).toEqual(
        [
          ...[...(isOwn ? ['redis'] : []), ...(hasChannels ? ['away'] : []), 'producer', 'bff'].map(
            (name) => `ConfigMap ${name}`,
          ),
          ...secrets.map((name) => `Secret ${name}`),
        ].sort(),
      );
    },
  );

  it('should match the snapshot with all values set', async () => {
    const { text } = await template(EVERYTHING);
    await expect(text).toMatchFileSnapshot('./chart.snapshot.yaml');
  });

  it('should match the snapshot with an external Redis', async () => {
    const { text } = await template(EXTERNAL);
    await expect(text).toMatchFileSnapshot('./chart-external-redis.snapshot.yaml');
  });

  it('should refer only to its own namespace', async () => {
    const { text } = await template(EVERYTHING, 'somewhere-else');
    expect(text).not.toContain('realtime-microservices');
    expect(text).toContain(
      'producer,.somewhere-else,.somewhere-else.svc,.somewhere-else.svc.cluster.local,notify.example.com',
    );
  });

  it('should omit the bundled Redis if disabled', async () => {
    const { documents } = await template({ ...SAFE, redis: { enabled: false } });
    expect(documents.map(nameOf).filter((name) => / redis/.test(name))).toEqual(['NetworkPolicy redis']);
  });

  it('should mount channels and templates as files in the bff, and restart it when they change', async () => {
    const bffWith = async (away: object) => {
      const { documents } = await template({ bff: { ...SAFE.bff, away } });
      const map = documents.find((document) => nameOf(document) === 'ConfigMap away');
      return {
        data: map?.['data'],
        pod: documents.find((document) => nameOf(document) === 'Deployment bff'),
      };
    };
    const file = '{\n  "publicUrl": "https://inbox.example.com",\n  "templates": "/away"\n}\n';
    const templates = { 'text.liquid': '{{ count }} unread\n' };
    const [none, first, same, other] = [
      await bffWith({}),
      await bffWith({ file, templates }),
      await bffWith({ file, templates }),
      await bffWith({ file }),
    ];
    expect(none.data).toBeUndefined();
    expect(JSON.stringify(none.pod)).not.toContain('away');
    expect(first.data).toEqual({ 'away.json': file, ...templates });
    expect(same).toEqual(first);
    expect(other.pod).not.toEqual(first.pod);

    const path = join(dir, 'away.json');
    writeFileSync(path, file);
    const command = ['template', 'any-release', CHART, '--set-file', `bff.away.file=${path}`];
    const { stdout } = await helmWith(command, SAFE);
    const maps = parseAllDocuments(stdout).map((document) => document.toJS() as Document | null);
    expect(maps.find((document) => document && nameOf(document) === 'ConfigMap away')).toMatchObject({
      data: { 'away.json': file },
    });
  });

  it('should restart pods if and only if a setting or component changes', async () => {
    const sums = async (values: object) => {
      const { documents } = await template(values);
      const pods = documents.filter(({ kind }) => kind === 'Deployment');
      return pods.map((pod) =>
        JSON.stringify(pod)
          .match(/"checksum\/\w+":"\w+"/g)
          ?.join(),
      );
    };
    const before = await sums(SAFE);
    expect(await sums(SAFE)).toEqual(before);
    const changed = await sums({ ...SAFE, producer: { settings: { QUEUE_MAX: '5' } } });
    expect(changed.map((sum, at) => sum === before[at])).toEqual([true, false, true]);
    expect((await sums({ ...SAFE, publishers: ['shop'] })).map((sum, at) => sum === before[at])).toEqual([
      false,
      false,
      true,
    ]);
  });

  it.each([
    ['an open Ingress', {}, 'The Ingress would let anyone read every feed. Set bff.settings.AUTH_MODE=jwt'],
    ['open publishing', { ...SAFE, publish: true }, 'publish=true would let anyone publish and erase.'],
    [
      'an autoscaler whose minimum exceeds its maximum',
      { bff: { ...SAFE.bff, autoscaling: { min: 12 } } },
      'bff.autoscaling.min must not be above bff.autoscaling.max',
    ],
    ['an unknown value', { ...SAFE, replica: 3 }, 'replica'],
    ['a number as a setting', { bff: { settings: { ...SAFE.bff.settings, TRUST_PROXY: 1 } } }, 'TRUST_PROXY'],
    ['a certificate without a host', { ...SAFE, ingress: { tlsSecret: 'x' } }, 'host'],
    ['cluster mode for the bundled Redis', { ...SAFE, redis: { mode: 'cluster' } }, 'mode'],
    ['TLS for the bundled Redis', { ...SAFE, redis: { tls: { enabled: true } } }, 'enabled'],
    ['a CA without TLS', { ...SAFE, redis: { enabled: false, tls: { privateCa: true } } }, 'privateCa'],
    ['a number as the channels file', { bff: { ...SAFE.bff, away: { file: 3 } } }, 'file'],
    [
      'a template that the bff does not read',
      { bff: { ...SAFE.bff, away: { file: '{}', templates: { 'body.liquid': 'x' } } } },
      'body.liquid',
    ],
    [
      'templates without channels',
      { bff: { ...SAFE.bff, away: { templates: { 'text.liquid': 'x' } } } },
      'templates',
    ],
    ['a publisher with a scope in its name', { ...SAFE, publishers: ['a=notifications;b'] }, 'publishers'],
  ])('should refuse %s and say why', async (_, values, reason) => {
    await expect(template(values)).rejects.toThrow(reason);
  });
});
