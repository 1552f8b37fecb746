import { expect, it } from 'vitest';
import { Kubectl, type KubectlResult } from '../cluster/kubectl.ts';
import { apply } from './apply.ts';

const JOB = { kind: 'Job', metadata: { name: 'redis-folder', namespace: 'node' } };
const OK: KubectlResult = { code: 0, stdout: 'job.batch/redis-folder created\n', stderr: '' };
const immutable: KubectlResult = {
  ...{ code: 1, stdout: '' },
  stderr: 'The Job "redis-folder" is invalid: spec.template: Invalid value: {}: field is immutable\n',
};

/** Applies the Job in a cluster that responds to a dry run with `dryRun`. Returns the calls and the output. */
async function applied(dryRun: KubectlResult) {
  const calls: string[] = [];
  const output: string[] = [];
  const kubectl = new Kubectl(async (args) => {
    calls.push(args.join(' '));
    return args.includes('--dry-run=server') ? dryRun : OK;
  });
  await apply(kubectl, 'Redis', [JOB], (line) => output.push(line));
  return { calls, output };
}

it('should delete and recreate a Job that another version created differently', async () => {
  const { calls, output } = await applied(immutable);
  expect(calls).toEqual(['apply --dry-run=server -f -', 'delete job redis-folder -n node', 'apply -f -']);
  expect(output).toEqual([
    'Deleted the Job redis-folder from another version; it will be recreated',
    'Applied Redis: 1 created',
  ]);
});

it('should not delete a Job that is new, unchanged or rejected for a reason other than an immutable field', async () => {
  for (const dryRun of [OK, { ...immutable, stderr: 'namespaces "node" not found' }])
    expect((await applied(dryRun)).calls).toEqual(['apply --dry-run=server -f -', 'apply -f -']);
});
