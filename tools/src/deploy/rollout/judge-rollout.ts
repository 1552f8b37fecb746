import { z } from 'zod';

/** The workload and pod fields that we read during a rollout. */
export const workloadSchema = z.object({
  kind: z.enum(['Deployment', 'StatefulSet']),
  metadata: z.object({ name: z.string(), generation: z.int() }),
  spec: z.object({
    replicas: z.int().default(1),
    /** Only a StatefulSet has it. */
    podManagementPolicy: z.string().optional(),
  }),
  status: z.object({
    observedGeneration: z.int().default(0),
    replicas: z.int().default(0),
    updatedReplicas: z.int().default(0),
    readyReplicas: z.int().default(0),
    availableReplicas: z.int().default(0),
    /** Only set for a StatefulSet: the label `controller-revision-hash` of pods of the newest revision. */
    updateRevision: z.string().optional(),
    conditions: z
      .array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') }))
      .default([]),
  }),
});
export type Workload = z.infer<typeof workloadSchema>;

const stateSchema = z.object({
  waiting: z.object({ reason: z.string().default(''), message: z.string().default('') }).optional(),
});
const containerStatusSchema = z.object({
  name: z.string(),
  image: z.string(),
  restartCount: z.int(),
  state: stateSchema.default({}),
});
export const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    creationTimestamp: z.string().default(''),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    containers: z.array(z.object({ name: z.string() })),
    initContainers: z.array(z.object({ name: z.string() })).default([]),
  }),
  status: z.object({
    conditions: z
      .array(
        z.object({
          type: z.string(),
          status: z.string(),
          reason: z.string().default(''),
          message: z.string().default(''),
          lastTransitionTime: z.string().default(''),
        }),
      )
      .default([]),
    containerStatuses: z.array(containerStatusSchema).default([]),
    initContainerStatuses: z.array(containerStatusSchema).default([]),
  }),
});
export type Pod = z.infer<typeof podSchema>;

export interface Judgement {
  /** Descriptions of the workloads that are not ready. */
  pending: string[];
  /** The reason why the rollout cannot succeed without intervention, and the remedy. */
  problem?: string;
  /** The remedy if the rollout doesn't finish. Set if a StatefulSet's pod is of an earlier revision and isn't ready. */
  outdated?: string;
  /** The reason for waiting, and the remedy if the rollout doesn't finish. Set if the namespace's quota is full. */
  fullQuota?: string;
}

/** With this many restarts, a container counts as failing. A sidecar that starts before Redis needs fewer. */
const TOO_MANY_RESTARTS = 4;
/** Time limit (ms) for the cluster to create a volume or a node. */
const UNSCHEDULABLE_MS = 30_000;

/**
 * Determines which workloads are not ready, and whether the rollout needs intervention. `pods` are all pods of the
 * namespace. `now` is in ms since 1970.
 */
export function judgeRollout(
  { workloads, pods }: { workloads: readonly Workload[]; pods: readonly Pod[] },
  { namespace, registry, now }: { namespace: string; registry: string | undefined; now: number },
): Judgement {
  const pending = workloads.filter((workload) => !isRolledOut(workload)).map(stateOf);
  const apps = workloads.map(({ metadata }) => metadata.name);
  const activePods = withoutReplaced(
    pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && apps.includes(appOf(pod))),
  );
  const rejections = workloads.flatMap(rejectionsOf);
  const outdated = (pod: Pod) => outdatedPod(pod, workloads, namespace);
  const problemOf = (find: (pod: Pod) => string | undefined) =>
    firstOf(activePods, (pod) => {
      const found = find(pod);
      return found === undefined ? undefined : (outdated(pod) ?? found);
    });
  const problem =
    rejections.find((rejection) => !isQuotaFull(rejection)) ??
    problemOf((pod) => imageProblem(pod, registry)) ??
    problemOf((pod) => missingSidecar(pod, namespace)) ??
    problemOf((pod) => crash(pod, namespace)) ??
    problemOf((pod) => unschedulable(pod, now));
  const stuck = firstOf(activePods, outdated);
  const fullQuota = rejections.find(isQuotaFull);
  return {
    pending,
    ...(pending.length > 0 && problem !== undefined && { problem }),
    ...(pending.length > 0 && stuck !== undefined && { outdated: stuck }),
    ...(pending.length > 0 && fullQuota !== undefined && { fullQuota }),
  };
}

const appOf = ({ metadata }: Pod): string => metadata.labels['app.kubernetes.io/name'] ?? '';
/** The label with a pod's revision. Only pods of a Deployment have it. */
const hashOf = ({ metadata }: Pod): string | undefined => metadata.labels['pod-template-hash'];

/**
 * Omits pods of a Deployment's earlier revisions. Kubernetes keeps these pods until new pods are available, even if the
 * old ones fail. The newest revision is the one that got its first pod last; earlier revisions may get more pods after
 * that.
 */
function withoutReplaced(pods: readonly Pod[]): Pod[] {
  const byAge = pods.toSorted((a, b) =>
    a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp),
  );
  const newest = new Map<string, string | undefined>();
  const known = new Set<string>();
  for (const pod of byAge) {
    const revision = `${appOf(pod)} ${hashOf(pod)}`;
    if (!known.has(revision)) newest.set(appOf(pod), hashOf(pod));
    known.add(revision);
  }
  return pods.filter((pod) => hashOf(pod) === newest.get(appOf(pod)));
}

function isRolledOut({ kind, metadata, spec, status }: Workload): boolean {
  const available = kind === 'Deployment' ? status.availableReplicas : status.readyReplicas;
  return (
    status.observedGeneration >= metadata.generation &&
    status.updatedReplicas >= spec.replicas &&
    available >= spec.replicas &&
    status.replicas === spec.replicas
  );
}

const stateOf = ({ kind, metadata, spec, status }: Workload): string =>
  `${metadata.name} ${Math.min(status.updatedReplicas, kind === 'Deployment' ? status.availableReplicas : status.readyReplicas)}/${spec.replicas}`;

const firstOf = (pods: readonly Pod[], findProblem: (pod: Pod) => string | undefined): string | undefined =>
  pods.map(findProblem).find((problem) => problem !== undefined);

const rejectionsOf = ({ metadata, status }: Workload): string[] =>
  status.conditions
    .filter(({ type, status: value }) => type === 'ReplicaFailure' && value === 'True')
    .map(
      ({ message }) =>
        `The cluster rejects pods of ${metadata.name}: ${message.trim()}. Fix this, then deploy again.`,
    );

/**
 * True if a pod was rejected because the quota is full. The quota has room again once terminating pods have ended, and
 * Kubernetes then retries after a while.
 */
const isQuotaFull = (rejection: string): boolean => rejection.includes('exceeded quota');

/**
 * The remedy for a pod that is of an earlier revision and isn't ready. A StatefulSet doesn't replace such a pod
 * (kubernetes/kubernetes#67250) unless its policy is `Parallel`. Returns `undefined` for other pods and for that
 * policy.
 */
function outdatedPod(
  { metadata, status }: Pod,
  workloads: readonly Workload[],
  namespace: string,
): string | undefined {
  const isReady = status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  if (isReady) return undefined;
  const { name, labels } = metadata;
  const set = workloads.find(
    (workload) =>
      workload.kind === 'StatefulSet' &&
      workload.spec.podManagementPolicy !== 'Parallel' &&
      workload.metadata.name === labels['app.kubernetes.io/name'],
  );
  const revision = labels['controller-revision-hash'];
  const latest = set?.status.updateRevision;
  if (revision === undefined || latest === undefined || revision === latest) return undefined;
  return (
    `The pod ${name} is of an earlier revision and isn't ready, so Kubernetes doesn't replace it. Delete it with ` +
    `\`kubectl -n ${namespace} delete pod ${name}\`, then deploy again. Its data stays in its volume.`
  );
}

const statusesOf = ({ status }: Pod) => [...status.initContainerStatuses, ...status.containerStatuses];

/** The `--tag` option for an image; empty for a name with a digest, which has no tag. */
const tagOption = (image: string): string => (image.includes('@') ? '' : ` --tag ${image.split(':').at(-1)}`);

function imageProblem(pod: Pod, registry: string | undefined): string | undefined {
  for (const { image, state } of statusesOf(pod)) {
    if (!/^(ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/.test(state.waiting?.reason ?? ''))
      continue;
    const remedy =
      registry !== undefined && image.startsWith(`${registry}/`)
        ? `push it with \`npm run containers -- --registry ${registry}${tagOption(image)} --push\`, or correct ` +
          '--registry and --tag, then deploy again (a private registry requires a pull secret in the service accounts)'
        : 'load it into the node, or make its registry reachable from the node, then deploy again';
    return `Cannot pull the image ${image}: ${remedy}.`;
  }
  return undefined;
}

function missingSidecar(pod: Pod, namespace: string): string | undefined {
  const { metadata, spec } = pod;
  if (metadata.annotations['dapr.io/enabled'] !== 'true') return undefined;
  if ([...spec.containers, ...spec.initContainers].some(({ name }) => name === 'daprd')) return undefined;
  return (
    `The pod ${metadata.name} was created without a sidecar because Dapr's webhook did not respond. ` +
    `\`kubectl -n ${namespace} rollout restart deployment/${appOf(pod)}\` recreates it.`
  );
}

function crash(pod: Pod, namespace: string): string | undefined {
  const found = statusesOf(pod).find(
    ({ restartCount, state }) =>
      state.waiting?.reason === 'CrashLoopBackOff' && restartCount >= TOO_MANY_RESTARTS,
  );
  const misconfigured = statusesOf(pod).find(
    ({ state }) => state.waiting?.reason === 'CreateContainerConfigError',
  );
  if (misconfigured)
    return `The container ${misconfigured.name} of ${pod.metadata.name} cannot be created: ${misconfigured.state.waiting?.message}. Fix this, then deploy again.`;
  if (!found) return undefined;
  return (
    `The container ${found.name} of ${pod.metadata.name} has exited ${found.restartCount} times: ` +
    `\`kubectl -n ${namespace} logs ${pod.metadata.name} -c ${found.name} --previous\` shows why.`
  );
}

function unschedulable({ metadata, status }: Pod, now: number): string | undefined {
  const found = status.conditions.find(
    ({ type, reason, lastTransitionTime }) =>
      type === 'PodScheduled' &&
      reason === 'Unschedulable' &&
      now - Date.parse(lastTransitionTime) > UNSCHEDULABLE_MS,
  );
  return (
    found &&
    `The pod ${metadata.name} cannot be scheduled on any node: ${found.message} Free up capacity or provide a volume, then deploy again.`
  );
}
