import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Failure } from '../../failure.ts';
import type { Say } from '../../setup/say.ts';
import { judgeRollout, podSchema, workloadSchema } from './judge-rollout.ts';
import type { Kubectl } from '../cluster/kubectl.ts';

const POLL_MS = 1_000;
const REPORT_MS = 15_000;
/** Errors that disappear within this time (ms) are ignored. */
const PROBLEM_GRACE_MS = 5_000;
/** kubectl calls may fail for this long (ms), for example while the API server restarts. */
const FAILURE_GRACE_MS = 30_000;

const kindSchema = z.looseObject({ kind: z.string() });

export interface RolloutOptions {
  namespace: string;
  registry: string | undefined;
  /** The workloads to wait for, as kind and name: `deployment/bff`. */
  workloads: readonly string[];
  timeoutMs: number;
  say: Say;
  /** Time between two checks (ms). */
  pollMs?: number;
}

/**
 * Waits until all pods of the workloads are ready and of the newest revision.
 * @throws Failure that explains the remedy as soon as one of these pods needs intervention, once kubectl has failed for
 *   30 s, or after the timeout
 */
export async function waitForRollout(kubectl: Kubectl, options: RolloutOptions): Promise<void> {
  const { namespace, registry, timeoutMs, say, pollMs = POLL_MS } = options;
  const end = Date.now() + timeoutMs;
  const remedy =
    `\`kubectl -n ${namespace} get pods\` and \`kubectl -n ${namespace} describe pod NAME\` show why. ` +
    'Fix the cause, then deploy again.';
  const names = new Set(options.workloads);
  let problemSince: number | undefined;
  let failingSince: number | undefined;
  let reportedAt = Date.now();
  for (;;) {
    let items: z.infer<typeof kindSchema>[];
    try {
      items = await kubectl.list(kindSchema, ['deployments,statefulsets,pods', '-n', namespace]);
      failingSince = undefined;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failingSince ??= Date.now();
      if (Date.now() >= Math.min(failingSince + FAILURE_GRACE_MS, end))
        throw new Failure(`${error.message}. Once the cluster responds, deploy again.`);
      await delay(pollMs);
      continue;
    }
    const workloads = items
      .flatMap((item) => workloadSchema.safeParse(item).data ?? [])
      .filter(({ kind, metadata }) => names.has(`${kind.toLowerCase()}/${metadata.name}`));
    const pods = items.flatMap((item) => (item.kind === 'Pod' ? [podSchema.parse(item)] : []));
    const now = Date.now();
    const { pending, problem, outdated, fullQuota } = judgeRollout(
      { workloads, pods },
      { namespace, registry, now },
    );
    if (pending.length === 0 && workloads.length === names.size) return;
    problemSince = problem === undefined ? undefined : (problemSince ?? now);
    if (problem !== undefined && problemSince !== undefined && now - problemSince >= PROBLEM_GRACE_MS)
      throw new Failure(problem);
    if (now >= end)
      throw new Failure(
        `Not ready after ${timeoutMs / 1_000} s: ${pending.join(', ')}. ${outdated ?? fullQuota ?? remedy}`,
      );
    if (now - reportedAt >= REPORT_MS) {
      reportedAt = now;
      say(`Waiting until ready: ${pending.join(', ')}`);
    }
    await delay(pollMs);
  }
}
