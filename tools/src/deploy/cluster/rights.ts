import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { Failure } from '../../failure.ts';
import { errorLineOf, type Kubectl } from './kubectl.ts';

/** The API group and resource of every kind in the manifests. */
export const RESOURCES: Record<string, { group: string; resource: string; clusterWide?: true }> = {
  Namespace: { group: '', resource: 'namespaces', clusterWide: true },
  PersistentVolume: { group: '', resource: 'persistentvolumes', clusterWide: true },
  ConfigMap: { group: '', resource: 'configmaps' },
  Secret: { group: '', resource: 'secrets' },
  Service: { group: '', resource: 'services' },
  ServiceAccount: { group: '', resource: 'serviceaccounts' },
  Deployment: { group: 'apps', resource: 'deployments' },
  StatefulSet: { group: 'apps', resource: 'statefulsets' },
  HorizontalPodAutoscaler: { group: 'autoscaling', resource: 'horizontalpodautoscalers' },
  Job: { group: 'batch', resource: 'jobs' },
  Component: { group: 'dapr.io', resource: 'components' },
  Configuration: { group: 'dapr.io', resource: 'configurations' },
  Resiliency: { group: 'dapr.io', resource: 'resiliencies' },
  Ingress: { group: 'networking.k8s.io', resource: 'ingresses' },
  NetworkPolicy: { group: 'networking.k8s.io', resource: 'networkpolicies' },
  PodDisruptionBudget: { group: 'policy', resource: 'poddisruptionbudgets' },
  Role: { group: 'rbac.authorization.k8s.io', resource: 'roles' },
  RoleBinding: { group: 'rbac.authorization.k8s.io', resource: 'rolebindings' },
};

export interface Right {
  verb: string;
  group: string;
  resource: string;
  /** For example `portforward` of pods. */
  subresource?: string;
  /** Absent: in the whole cluster. */
  namespace?: string;
}

/** The rights to read objects before the manifests are applied, and during a roll-out. */
export const rightsToRead = (namespace: string): Right[] => [
  { verb: 'list', group: 'apps', resource: 'deployments' },
  { verb: 'list', group: 'apps', resource: 'statefulsets' },
  { verb: 'get', group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
  { verb: 'get', group: 'admissionregistration.k8s.io', resource: 'mutatingwebhookconfigurations' },
  { verb: 'list', group: 'networking.k8s.io', resource: 'ingressclasses' },
  { verb: 'list', group: 'storage.k8s.io', resource: 'storageclasses' },
  { verb: 'list', group: '', resource: 'nodes' },
  { verb: 'list', group: '', resource: 'services' },
  { verb: 'list', group: '', resource: 'pods', namespace },
  { verb: 'get', group: '', resource: 'persistentvolumeclaims', namespace },
];

/** The rights to apply objects of these kinds, and Secrets. */
export const rightsToApply = (kinds: Iterable<string>, namespace: string): Right[] =>
  [...new Set(['Secret', ...kinds])].flatMap((kind) => {
    const found = RESOURCES[kind];
    if (!found) throw new Error(`rights.ts does not know the kind ${kind}`);
    const { clusterWide, ...resource } = found;
    return ['get', 'create', 'patch'].map((verb) => ({
      verb,
      ...resource,
      ...(!clusterWide && { namespace }),
    }));
  });

const NAMED = 3;

const reviewSchema = z.object({
  spec: z.object({
    resourceAttributes: z.object({
      verb: z.string(),
      group: z.string().default(''),
      resource: z.string(),
      subresource: z.string().optional(),
    }),
  }),
  status: z.object({ allowed: z.boolean() }),
});

/**
 * Checks all rights in one call, as `kubectl auth can-i` does for one right. @throws Failure that names the missing rights
 */
export async function checkRights(kubectl: Kubectl, rights: readonly Right[]): Promise<void> {
  const reviews = rights.map((resourceAttributes) => ({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  }));
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: reviews });
  // YAML, because kubectl prints several objects as several documents, which is not valid JSON.
  const answer = await kubectl.try(['create', '-f', '-', '-o', 'yaml'], list);
  if (answer.code !== 0)
    throw new Failure(
      `The cluster does not report your rights: ${errorLineOf(answer)}. Log in again, or choose another context with ` +
        '`kubectl config use-context NAME`.',
    );
  const missing = parseAllDocuments(answer.stdout)
    .map((document) => reviewSchema.parse(document.toJS()))
    .filter(({ status }) => !status.allowed)
    .map(({ spec: { resourceAttributes: right } }) => `${right.verb} ${dotted(right)}`);
  if (missing.length === 0) return;
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
  throw new Failure(
    `You may not ${missing.slice(0, NAMED).join(', ')}${more} in this cluster. Ask its administrator to deploy, or to grant you ` +
      `these rights (\`kubectl auth can-i ${missing[0]}\` checks one).`,
  );
}

const dotted = ({
  group,
  resource,
  subresource,
}: Pick<Right, 'group' | 'resource'> & { subresource?: string | undefined }): string =>
  `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
