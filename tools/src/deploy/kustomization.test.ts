import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../paths.ts';
import { kustomizationOf, type Variant } from './kustomization.ts';

const plain: Variant = {
  registry: 'reg.example/team',
  tag: '1.2.3',
  ingressClass: 'traefik',
  host: undefined,
  publish: false,
  nodeVolume: false,
  baseline: false,
  bffs: undefined,
};
const of = (some: Partial<Variant>) =>
  kustomizationOf({ ...plain, ...some }, join(ROOT, '.artifacts', 'deploy'));

it('should take images of the registry with the tag', () => {
  expect(of({})).toMatchObject({
    resources: ['../../k8s/overlays/registry'],
    components: [],
    images: [
      { name: 'tocsin-producer', newName: 'reg.example/team/tocsin-producer', newTag: '1.2.3' },
      { name: 'tocsin-bff', newName: 'reg.example/team/tocsin-bff', newTag: '1.2.3' },
      { name: 'tocsin-ui', newName: 'reg.example/team/tocsin-ui', newTag: '1.2.3' },
    ],
  });
});

it('should take images that were loaded, and a folder of the node once', () => {
  const local = of({ registry: undefined, nodeVolume: true });
  expect(local).toMatchObject({ resources: ['../../k8s/overlays/local'], components: [] });
  expect(local).toHaveProperty('images.0.newName', 'tocsin-producer');
});

it('should add what the cluster needs', () => {
  const all = of({ nodeVolume: true, baseline: true, publish: true, host: 'notify.example.com', bffs: 5 });
  expect(all).toMatchObject({
    components: ['node-volume', 'baseline', 'publish'].map((name) => `../../k8s/components/${name}`),
    replicas: [{ name: 'bff', count: 5 }],
  });
  expect(JSON.stringify(all)).toContain('notify.example.com');
});
