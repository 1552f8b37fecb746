import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { ROOT } from '../paths.ts';
import { Kubectl } from './cluster/kubectl.ts';
import { NAMESPACE } from './manifests/kustomization.ts';
import { unpublish } from './unpublish.ts';

/** A fake kubectl for a cluster with these objects. The user may not delete `lacks`. */
function clusterWith(objects: string[], lacks = ''): { kubectl: Kubectl; calls: string[] } {
  const calls: string[] = [];
  const kubectl = new Kubectl(async (args, input = '') => {
    const [verb, kind, name] = args;
    if (verb === 'create') {
      const { items } = JSON.parse(input) as {
        items: { spec: { resourceAttributes: { resource: string } } }[];
      };
      const answers = items.map(({ spec }) =>
        stringify({ spec, status: { allowed: spec.resourceAttributes.resource !== lacks } }),
      );
      return { code: 0, stdout: answers.join('---\n'), stderr: '' };
    }
    if (verb === 'delete') calls.push(args.join(' '));
    return { code: 0, stdout: objects.includes(`${kind}/${name}`) ? '{}' : '', stderr: '' };
  });
  return { kubectl, calls };
}

const text = readFileSync(join(ROOT, 'k8s/components/publish/ingress.yaml'), 'utf8');
/** The objects that `--publish` creates. */
const created = parseAllDocuments(text)
  .map((document) => document.toJS() as { kind: string; metadata: { name: string } })
  .map(({ kind, metadata }) => `${kind}/${metadata.name}`);

describe('unpublish', () => {
  it('should delete everything that --publish creates', async () => {
    const { kubectl, calls } = clusterWith(created);
    const output: string[] = [];
    await unpublish(kubectl, (line) => output.push(line));
    expect(calls).toEqual(
      created.map((one) => `delete ${one.replace('/', ' ')} -n ${NAMESPACE} --ignore-not-found --wait=false`),
    );
    expect(output).toEqual([expect.stringContaining('--publish')]);
  });

  it('should not require delete permissions if there is nothing to delete', async () => {
    const { kubectl, calls } = clusterWith([], 'ingresses');
    await unpublish(kubectl, () => expect.unreachable());
    expect(calls).toEqual([]);
  });

  it('should not delete anything unless everything may be deleted', async () => {
    const { kubectl, calls } = clusterWith(created, 'networkpolicies');
    await expect(unpublish(kubectl, () => undefined)).rejects.toThrow(
      'delete networkpolicies.networking.k8s.io',
    );
    expect(calls).toEqual([]);
  });
});
