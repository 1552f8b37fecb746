import { z } from 'zod';
import { Failure } from '../../failure.ts';
import type { Say } from '../../setup/say.ts';
import type { Resource } from './kustomization.ts';
import type { DeployOptions } from '../options.ts';

const settingsSchema = z.looseObject({ data: z.record(z.string(), z.string()).default({}) });

const backendSchema = z.looseObject({ service: z.looseObject({ name: z.string() }).optional() });
const pathsSchema = z.looseObject({ paths: z.array(z.looseObject({ backend: backendSchema })) });
const ingressSchema = z.looseObject({
  spec: z.looseObject({
    defaultBackend: backendSchema.default({}),
    rules: z.array(z.looseObject({ http: pathsSchema.default({ paths: [] }) })).default([]),
  }),
});

/** True if an Ingress routes to the producer, whether it comes from `--publish` or from an overlay. */
const publishes = (resources: readonly Resource[]): boolean =>
  resources
    .filter(({ kind }) => kind === 'Ingress')
    .map((resource) => ingressSchema.parse(resource).spec)
    .flatMap(({ defaultBackend, rules }) => [
      defaultBackend,
      ...rules.flatMap(({ http }) => http.paths.map(({ backend }) => backend)),
    ])
    .some(({ service }) => service?.name === 'producer');

/** Lists what the Ingress lets strangers do, along with the settings that prevent it. */
export function exposedAccess(resources: readonly Resource[]): string[] {
  const settings = (app: string): Record<string, string> => {
    const found = resources.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && nameOf(metadata.name) === app,
    );
    return found ? settingsSchema.parse(found).data : {};
  };
  return [
    ...(settings('bff')['AUTH_MODE'] === 'jwt'
      ? []
      : ['AUTH_MODE=none lets anyone read every feed: set AUTH_MODE=jwt in k8s/base/bff.env']),
    ...(!publishes(resources) || settings('producer')['API_KEYS'] === 'on'
      ? []
      : [
          'An Ingress to the producer with API_KEYS=off lets anyone publish and erase: set API_KEYS=on in k8s/base/producer.env',
        ]),
  ];
}

/** The name without the content hash that Kustomize appends. */
const nameOf = (generated: string): string => generated.replace(/-[a-z0-9]{10}$/, '');

/**
 * Checks what the Ingress exposes. With `--registry`, other people may be able to reach the cluster, so an Ingress
 * without authentication requires `--insecure`.
 * @throws Failure that lists what is exposed
 */
export function checkExposure(resources: readonly Resource[], options: DeployOptions, say: Say): void {
  const exposed = exposedAccess(resources);
  if (exposed.length > 0 && options.registry !== undefined && !options.insecure)
    throw new Failure(
      `The Ingress would be open to anyone who can reach it. ${exposed.join('. ')}. Then deploy again, or add --insecure ` +
        'if only people you trust can reach the ingress controller.',
    );
  for (const access of exposed) say(`Warning: the Ingress is open to anyone who can reach it. ${access}.`);
  if (options.tlsSecret === undefined && options.registry !== undefined)
    say(
      'Warning: the Ingress has no certificate (--tls-secret NAME), so tokens are sent unencrypted unless a proxy in ' +
        'front of it terminates TLS.',
    );
}
