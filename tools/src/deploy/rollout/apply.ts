import { Failure } from '../../failure.ts';
import type { Say } from '../../setup/say.ts';
import { errorLineOf, type Kubectl } from '../cluster/kubectl.ts';
import type { Resource } from '../manifests/kustomization.ts';

/**
 * Runs `kubectl apply`. Prints how many objects were created, changed or already up to date, and forwards warnings.
 * @returns the unchanged objects, such as `deployment.apps/bff`
 * @throws Failure with the cluster's reason for a rejection
 */
export async function apply(
  kubectl: Kubectl,
  what: string,
  resources: readonly Resource[],
  say: Say,
): Promise<string[]> {
  await deleteOutdatedJobs(kubectl, resources, say);
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: resources });
  const result = await kubectl.try(['apply', '-f', '-'], list);
  for (const line of result.stderr.split('\n')) if (line.startsWith('Warning:')) say(line);
  if (result.code !== 0)
    throw new Failure(
      `The cluster rejected part of ${what}: ${errorLineOf(result)}. Fix this, then deploy again. Existing pods keep running.`,
    );
  const objects = (outcome: string) =>
    result.stdout.split('\n').flatMap((line) => new RegExp(`^(.+) ${outcome}$`).exec(line)?.[1] ?? []);
  const counts = ['created', 'configured', 'unchanged']
    .map((outcome) => [objects(outcome).length, outcome])
    .filter(([count]) => count !== 0)
    .map(([count, outcome]) => `${count} ${outcome}`);
  say(`Applied ${what}: ${counts.join(', ')}`);
  return objects('unchanged');
}

/**
 * Deletes the cluster's Jobs that differ from those in `resources`, because the API server rejects changes to a Job.
 * `kubectl apply` then creates them again.
 */
async function deleteOutdatedJobs(kubectl: Kubectl, resources: readonly Resource[], say: Say): Promise<void> {
  for (const job of resources.filter(({ kind }) => kind === 'Job')) {
    const { name, namespace } = job.metadata;
    const { stderr } = await kubectl.try(['apply', '--dry-run=server', '-f', '-'], JSON.stringify(job));
    if (!stderr.includes('field is immutable')) continue;
    await kubectl.text(['delete', 'job', name, ...(namespace === undefined ? [] : ['-n', namespace])]);
    say(`Deleted the Job ${name} from another version; it will be recreated`);
  }
}
