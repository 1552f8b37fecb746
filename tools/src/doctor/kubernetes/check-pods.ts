import { APP_IDS } from '@tocsin/contracts';
import { z } from 'zod';
import { judgeRollout, podSchema, workloadSchema } from '../../deploy/rollout/judge-rollout.ts';
import type { Kubectl } from '../../deploy/cluster/kubectl.ts';
import { Failure } from '../../failure.ts';
import { fault, ok, type Finding } from '../finding.ts';

const REDIS = 'redis';
const APPLICATIONS = [APP_IDS.producer, APP_IDS.bff, 'ui'];
/** Redis may also run outside the cluster. */
const WORKLOADS = [...APPLICATIONS, REDIS];

const CHECK = 'pods';

const kindSchema = z.looseObject({ kind: z.string() });
const runningSchema = z.object({
  metadata: z.object({
    name: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    containers: z.array(
      z.object({
        name: z.string(),
        ports: z.array(z.object({ name: z.string().default(''), containerPort: z.int() })).default([]),
      }),
    ),
  }),
  status: z.object({ phase: z.string() }),
});

export interface RunningPod {
  name: string;
  app: string;
  /** The application port named `http`. */
  httpPort: number | undefined;
}

/**
 * Finds running pods and reports missing pods.
 * @throws Failure if nothing is deployed
 */
export async function checkPods(
  kubectl: Kubectl,
  namespace: string,
): Promise<{ findings: Finding[]; pods: RunningPod[] }> {
  const items = await kubectl.list(kindSchema, ['deployments,statefulsets,pods', '-n', namespace]);
  const workloads = items
    .flatMap((item) => workloadSchema.safeParse(item).data ?? [])
    .filter(({ metadata }) => WORKLOADS.includes(metadata.name));
  const pods = items.filter(({ kind }) => kind === 'Pod');
  if (workloads.length === 0)
    throw new Failure(
      `Tocsin is not running in this cluster's ${namespace} namespace. Deploy it with \`npm run deploy\`, or choose ` +
        'another cluster with --context.',
    );
  const judgement = judgeRollout(
    { workloads, pods: pods.map((pod) => podSchema.parse(pod)) },
    { namespace, registry: undefined, now: Date.now() },
  );
  const running = workloads.filter(({ spec }) => spec.replicas > 0).map(({ metadata }) => metadata.name);
  const missing = APPLICATIONS.filter((name) => !running.includes(name));
  const finding = findingOf(judgement, workloads.length, namespace);
  return {
    findings:
      missing.length === 0
        ? [finding]
        : [missingFinding(missing), finding].filter(({ state }) => state !== 'ok'),
    pods: pods.map((pod) => runningSchema.parse(pod)).flatMap(runningPodOf),
  };
}

const missingFinding = (names: readonly string[]): Finding =>
  fault(
    CHECK,
    `not deployed, or scaled to 0: ${names.join(', ')}`,
    'Deploy again with the same options: npm run deploy starts all applications.',
  );

function findingOf(
  { pending, problem, fullQuota }: ReturnType<typeof judgeRollout>,
  workloads: number,
  namespace: string,
): Finding {
  const remedy = `kubectl -n ${namespace} get pods; kubectl -n ${namespace} describe pod NAME. During a rollout, wait until it has finished.`;
  const reason = problem ?? fullQuota;
  if (reason !== undefined) return fault(CHECK, reason.replace(/\.$/, ''), remedy);
  if (pending.length > 0) return fault(CHECK, `not all available: ${pending.join(', ')}`, remedy);
  return ok(CHECK, `all pods of ${workloads} workloads are available`);
}

function runningPodOf({ metadata, spec, status }: z.infer<typeof runningSchema>): RunningPod[] {
  if (status.phase !== 'Running' || metadata.deletionTimestamp !== undefined) return [];
  const app = metadata.labels['app.kubernetes.io/name'] ?? '';
  const ports = spec.containers.find(({ name }) => name === app)?.ports ?? [];
  return [{ name: metadata.name, app, httpPort: ports.find(({ name }) => name === 'http')?.containerPort }];
}
