import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { findCommand, ROOT } from '@tocsin/tools';

const SETTINGS = '{ "publicUrl": "https://inbox.example.com" }\n';
const folder = mkdtempSync(join(tmpdir(), 'tocsin-away-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const guide = readFileSync(join(ROOT, 'docs/guides/reach-people-who-are-away.md'), 'utf8');
/** The fields that the guide adds to a kustomization. */
const added = z
  .object({ components: z.array(z.string()), configMapGenerator: z.array(z.looseObject({})) })
  .parse(parse(/```yaml\n(components:[^]*?)```/.exec(guide)?.[1] ?? ''));

const namedSchema = z.looseObject({ name: z.string() });
const podSchema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.tuple([
          z.looseObject({ env: z.array(namedSchema), volumeMounts: z.array(namedSchema).default([]) }),
        ]),
        volumes: z.array(namedSchema),
      }),
    }),
  }),
});
const documentSchema = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });

const kubectl = findCommand(['kubectl']);

/** Renders k8s/base with these components, and with the guide's ConfigMap if the guide's component is among them. */
function rendered(components: readonly string[], settings = SETTINGS) {
  const at = (path: string) => relative(folder, join(ROOT, 'k8s/overlays/registry', path));
  const kustomization = {
    resources: [at('../../base')],
    components: components.map(at),
    ...(components.some((path) => added.components.includes(path)) && {
      configMapGenerator: added.configMapGenerator,
    }),
  };
  writeFileSync(join(folder, 'kustomization.yaml'), stringify(kustomization));
  writeFileSync(join(folder, 'away.json'), settings);
  const text = execFileSync(kubectl ?? '', ['kustomize', folder], { encoding: 'utf8' });
  const documents = parseAllDocuments(text).map((document) => documentSchema.parse(document.toJS()));
  const bff = documents.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'bff');
  const { containers, volumes } = podSchema.parse(bff).spec.template.spec;
  return {
    ...{ env: containers[0].env, mounts: containers[0].volumeMounts, volumes, text },
    maps: documents.filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('away')),
  };
}

const TLS = ['../../components/redis-tls', '../../components/redis-client-cert'];
const REDIS_MOUNTS = ['redis-ca', 'redis-client-cert'];

describe.skipIf(kubectl === undefined)('k8s/components/away', () => {
  it.each([
    ['alone', added.components, []],
    ['after the components for a Redis with TLS', [...TLS, ...added.components], REDIS_MOUNTS],
    ['before the components for a Redis with TLS', [...added.components, ...TLS], REDIS_MOUNTS],
  ])('should mount the settings as the guide says, %s', (_, components, others) => {
    const { env, mounts, volumes, maps } = rendered(components);
    expect(maps).toMatchObject([
      { metadata: { namespace: 'realtime-microservices' }, data: { 'away.json': SETTINGS } },
    ]);
    const name = maps[0]?.metadata.name;
    expect(volumes).toContainEqual({ name: 'away', configMap: { name } });
    expect(mounts).toContainEqual({ name: 'away', mountPath: '/away', readOnly: true });
    expect(mounts.map((mount) => mount.name).sort()).toEqual(['away', ...others].sort());
    expect(env).toContainEqual({ name: 'AWAY_FILE', value: '/away/away.json' });
  });

  it('should restart the bffs when the settings change', () => {
    const [before, after] = [SETTINGS, '{}\n'].map((text) => rendered(added.components, text).volumes);
    expect(after).not.toEqual(before);
  });

  it('should be off by default', () => {
    const { text, mounts } = rendered([]);
    expect(text).not.toMatch(/AWAY_FILE|\/away/);
    expect(mounts).toEqual([]);
  });
});
