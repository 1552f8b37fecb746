import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../paths.ts';
import { kustomize } from './kustomize.ts';

const PREFIX = 'traefik.ingress.kubernetes.io/service.sticky.cookie';

it.each(['k8s/base', 'k8s/overlays/local', 'k8s/overlays/registry'])(
  'should return browsers to the same bff and the same ui, with a cookie for each: %s',
  (folder) => {
    const cookies = kustomize(join(ROOT, folder))
      .filter(({ kind }) => kind === 'Service')
      .flatMap(({ metadata }) => {
        const annotations = metadata['annotations'] as Record<string, string> | undefined;
        return annotations?.[PREFIX] === 'true' ? [[metadata.name, annotations[`${PREFIX}.name`]]] : [];
      });
    expect(Object.fromEntries(cookies)).toEqual({ bff: 'tocsin', ui: 'tocsin-ui' });
  },
);
