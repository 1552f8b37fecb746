import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../../paths.ts';
import { kustomize } from './kustomize.ts';

const COMPONENTS = join(ROOT, 'k8s/components');
const folder = mkdtempSync(join(tmpdir(), 'tocsin-nodes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const componentSchema = z.object({
  components: z.array(z.string()).default([]),
  resources: z.array(z.string()).default([]),
  patches: z.array(z.unknown()).default([]),
});
const read = (name: string) =>
  componentSchema.parse(parse(readFileSync(join(COMPONENTS, name, 'kustomization.yaml'), 'utf8')));

/** k8s/base with these components and all components that they include. */
function rendered(...names: string[]) {
  const components = names.flatMap((name) => [
    ...read(name).components.map((path) => path.replace('../', '')),
    name,
  ]);
  const from = (path: string) => relative(folder, path);
  const kustomization = {
    resources: [
      from(join(ROOT, 'k8s/base')),
      ...components.flatMap((name) => read(name).resources.map((file) => from(join(COMPONENTS, name, file)))),
    ],
    patches: components.flatMap((name) => read(name).patches),
  };
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  return kustomize(folder);
}

const amountsSchema = z.object({ cpu: z.string(), memory: z.string() });
const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  resources: z.object({ requests: amountsSchema, limits: amountsSchema }),
  securityContext: z.looseObject({}),
});
const nodesSchema = z.object({
  spec: z.looseObject({
    replicas: z.number(),
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(containerSchema),
        volumes: z.array(
          z.looseObject({
            configMap: z
              .object({ items: z.array(z.object({ key: z.string(), path: z.string() })) })
              .optional(),
          }),
        ),
      }),
    }),
  }),
});

const documents = rendered('quota', 'redis-cluster-nodes');
const objectOf = (kind: string, name: string) =>
  documents.find((document) => document.kind === kind && document.metadata.name === name);

it('should run six nodes with all required scripts, and harden both containers', () => {
  const { spec } = nodesSchema.parse(objectOf('StatefulSet', 'redis'));
  expect(spec.replicas).toBe(6);
  const { containers, volumes } = spec.template.spec;
  expect(containers.map(({ name }) => name)).toEqual(['redis', 'join']);
  for (const { securityContext } of containers)
    expect(securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  const items = volumes.flatMap(({ configMap }) => configMap?.items ?? []);
  const files = ['k8s/base', 'k8s/components/redis-cluster-nodes'].flatMap((path) =>
    readdirSync(join(ROOT, path)),
  );
  expect(items.filter(({ key }) => !files.includes(key))).toEqual([]);
  const mounted = items.map(({ path }) => `/etc/redis/${path}`);
  const referenced = [...JSON.stringify(containers).matchAll(/\/etc\/redis\/[\w.-]+/g)].map(([path]) => path);
  expect(referenced.length).toBeGreaterThan(2);
  expect(referenced.filter((path) => !mounted.includes(path))).toEqual([]);
});

it('should use the same node settings as Compose', () => {
  const settings = (path: string) =>
    readFileSync(join(ROOT, path), 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('#'));
  expect(settings('k8s/components/redis-cluster-nodes/node.conf')).toEqual(
    settings('compose/redis-cluster/node.conf'),
  );
});

it('should open the cluster bus, which requires no password, only to the nodes', () => {
  const policies = documents.filter(
    ({ kind, spec }) => kind === 'NetworkPolicy' && JSON.stringify(spec).includes('16379'),
  );
  const redis = { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'redis' } } };
  expect(policies).toMatchObject([
    { metadata: { name: 'redis-nodes' }, spec: { ...redis, ingress: [{ from: [redis] }] } },
  ]);
});

it('should make the components and the bffs use the cluster', () => {
  const components = documents.filter(
    ({ kind, spec }) => kind === 'Component' && JSON.stringify(spec).includes('redisHost'),
  );
  expect(components).toHaveLength(5);
  for (const component of components)
    expect(JSON.stringify(component)).toContain('{"name":"redisType","value":"cluster"}');
  expect(JSON.stringify(objectOf('Deployment', 'bff'))).toContain('{"name":"REDIS_CLUSTER","value":"true"}');
});

it('should raise the quota to make room for the nodes', () => {
  expect(objectOf('ResourceQuota', 'tocsin')).toMatchObject({
    spec: { hard: { persistentvolumeclaims: '6', 'requests.storage': '24Gi' } },
  });
});
