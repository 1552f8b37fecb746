import { z } from 'zod';
import { Failure } from '../../failure.ts';
import type { Kubectl } from './kubectl.ts';

export interface IngressClass {
  name: string;
  /** True for Traefik, which reads sticky session settings from the Service's annotations. */
  isTraefik: boolean;
}

const DEFAULT = 'ingressclass.kubernetes.io/is-default-class';
const classSchema = z.object({
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({ controller: z.string() }),
});

/**
 * Returns the requested class. If none was requested, returns the first of these that exists: the default class,
 * Traefik's class, the only class.
 * @throws Failure if the requested class doesn't exist, or no class can be chosen
 */
export async function chooseIngressClass(
  kubectl: Kubectl,
  requested: string | undefined,
): Promise<IngressClass> {
  const classes = await kubectl.list(classSchema, ['ingressclasses']);
  const names = classes.map(({ metadata }) => metadata.name).join(', ');
  if (classes.length === 0)
    throw new Failure(
      'The cluster has no ingress class, so browsers could not reach Tocsin. Install an ingress controller, such as ' +
        '`helm install traefik traefik --repo https://traefik.github.io/charts -n traefik --create-namespace`, then deploy again.',
    );
  const chosen =
    requested === undefined
      ? (classes.find(({ metadata }) => metadata.annotations[DEFAULT] === 'true') ??
        classes.find(isTraefik) ??
        (classes.length === 1 ? classes[0] : undefined))
      : classes.find(({ metadata }) => metadata.name === requested);
  if (chosen) return { name: chosen.metadata.name, isTraefik: isTraefik(chosen) };
  throw new Failure(
    requested === undefined
      ? `The cluster has multiple ingress classes and no default. Choose one with --ingress-class NAME: ${names}.`
      : `The cluster has no ingress class named ${requested}. Choose one with --ingress-class NAME: ${names}.`,
  );
}

const isTraefik = ({ spec }: z.infer<typeof classSchema>): boolean =>
  spec.controller.startsWith('traefik.io/');
