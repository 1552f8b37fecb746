import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCommand, ROOT } from '@tocsin/tools';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { kustomizationOf } from '../../tools/src/deploy/manifests/kustomization.ts';
import { kustomize, type Document } from '../../tools/src/deploy/manifests/kustomize.ts';

const kubectl = findCommand(['kubectl']);

const renderWithKubectl = (folder: string): Document[] => {
  const text = execFileSync(kubectl ?? '', ['kustomize', folder], { encoding: 'utf8' });
  return parseAllDocuments(text).map((document) => document.toJS() as Document);
};

describe.skipIf(kubectl === undefined)('kubectl kustomize', () => {
  it('should render k8s/base/dapr as our own function does', () => {
    const folder = join(ROOT, 'k8s/base/dapr');
    const ours = kustomize(folder);
    const theirs = renderWithKubectl(folder);
    expect(theirs).toHaveLength(ours.length);
    expect(theirs).toEqual(expect.arrayContaining(ours));
  });

  it('should keep an Ingress’s existing annotations', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-kustomization-'));
    const ingress = (name: string, annotations?: object) => ({
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name, annotations } },
      spec: { ingressClassName: 'nginx', rules: [{ http: { paths: [] } }] },
    });
    const existing = { 'example.com/allowed-from': '10.0.0.0/8' };
    const { patches } = kustomizationOf(
      {
        ...{
          registry: 'reg.example/team',
          tag: '1.2.3',
          digests: {},
          daprNamespace: 'dapr-system',
          bffs: undefined,
        },
        ...{ ingressClass: 'traefik', isTraefik: true, host: 'a.example.com', tlsSecret: 'a' },
        ...{ publish: false, nodeVolume: false, redisCluster: false, baseline: false },
      },
      join(ROOT, '.artifacts', 'deploy'),
    ) as { patches: { target: { kind: string } }[] };
    try {
      const documents = [ingress('annotated', existing), ingress('plain')];
      writeFileSync(
        join(folder, 'ingress.yaml'),
        documents.map((document) => stringify(document)).join('---\n'),
      );
      writeFileSync(
        join(folder, 'kustomization.yaml'),
        stringify({
          resources: ['ingress.yaml'],
          patches: patches.filter(({ target }) => target.kind === 'Ingress'),
        }),
      );
      const encrypted = { 'traefik.ingress.kubernetes.io/router.entrypoints': 'websecure' };
      expect(renderWithKubectl(folder).map(({ metadata }) => metadata)).toEqual([
        { name: 'annotated', annotations: expect.objectContaining({ ...encrypted, ...existing }) as object },
        { name: 'plain', annotations: expect.objectContaining(encrypted) as object },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
