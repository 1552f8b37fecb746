import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { Failure } from '../../failure.ts';
import { errorLineOf, type Kubectl } from './kubectl.ts';

/** The API group and resource for each kind in the manifests. */
export const RESOURCES: Record<string, { group: string; resource: string; clusterWide?: true }> = {
  Namespace: { group: '', resource: 'namespaces', clusterWide: true },
  PersistentVolume: { group: '', resource: 'persistentvolumes', clusterWide: true },
  ConfigMap: { group: '', resource: 'configmaps' },
  Secret: { group: '', resource: 'secrets' },
  ResourceQuota: { group: '', resource: 'resourcequotas' },
  LimitRange: { group: '', resource: 'limitranges' },
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

export interface Permission {
  verb: string;
  group: string;
  resource: string;
  /** For example `portforward` for pods. */
  subresource?: string;
  /** Omitted for cluster-wide permissions. */
  namespace?: string;
}

/** The permissions to read objects before applying the manifests and during a rollout. */
export const permissionsToRead = (namespace: string): Permission[] => [
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

/** The permissions to apply objects of these kinds, and Secrets. */
export const permissionsToApply = (kinds: Iterable<string>, namespace: string): Permission[] =>
  [...new Set(['Secret', ...kinds])].flatMap((kind) => {
    const found = RESOURCES[kind];
    if (!found) throw new Error(`permissions.ts has no entry for the kind ${kind}`);
    const { clusterWide, ...resource } = found;
    // Jobs can't be changed, so a Job from another version is deleted.
    const verbs = ['get', 'create', 'patch', ...(kind === 'Job' ? ['delete'] : [])];
    return verbs.map((verb) => ({
      verb,
      ...resource,
      ...(!clusterWide && { namespace }),
    }));
  });

const MAX_LISTED = 3;

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
 * Checks all permissions in one call. Similar to `kubectl auth can-i`, which checks a single permission.
 * @throws Failure that lists the missing permissions
 */
export async function checkPermissions(kubectl: Kubectl, permissions: readonly Permission[]): Promise<void> {
  const reviews = permissions.map((resourceAttributes) => ({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  }));
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: reviews });
  // Use YAML, because kubectl prints each object as a separate document. Several JSON documents aren't valid JSON.
  const result = await kubectl.try(['create', '-f', '-', '-o', 'yaml'], list);
  if (result.code !== 0)
    throw new Failure(
      `Cannot check your permissions in the cluster: ${errorLineOf(result)}. Log in again, or choose another context with ` +
        '`kubectl config use-context NAME`.',
    );
  const missing = parseAllDocuments(result.stdout)
    .map((document) => reviewSchema.parse(document.toJS()))
    .filter(({ status }) => !status.allowed)
    .map(({ spec: { resourceAttributes: permission } }) => `${permission.verb} ${dotted(permission)}`);
  if (missing.length === 0) return;
  const more = missing.length > MAX_LISTED ? ` and ${missing.length - MAX_LISTED} more` : '';
  throw new Failure(
    `You lack these permissions in the cluster: ${missing.slice(0, MAX_LISTED).join(', ')}${more}. Ask its administrator to deploy, or to grant ` +
      `them to you (\`kubectl auth can-i ${missing[0]}\` checks one).`,
  );
}

const dotted = ({
  group,
  resource,
  subresource,
}: Pick<Permission, 'group' | 'resource'> & { subresource?: string | undefined }): string =>
  `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
