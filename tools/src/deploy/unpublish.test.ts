import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ROOT } from '../paths.ts';
import { Kubectl } from './cluster/kubectl.ts';
import { NAMESPACE } from './manifests/kustomization.ts';
import { documentsIn } from './manifests/kustomize.ts';
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
      const results = items.map(({ spec }) =>
        stringify({ spec, status: { allowed: spec.resourceAttributes.resource !== lacks } }),
      );
      return { code: 0, stdout: results.join('---\n'), stderr: '' };
    }
    if (verb === 'delete') calls.push(args.join(' '));
    return { code: 0, stdout: objects.includes(`${kind}/${name}`) ? '{}' : '', stderr: '' };
  });
  return { kubectl, calls };
}

const publish = documentsIn(join(ROOT, 'k8s/components/publish/ingress.yaml'));
/** The objects that `--publish` creates. */
const created = publish.map(({ kind, metadata }) => `${kind}/${metadata.name}`);

describe('unpublish', () => {
  it('should delete everything that --publish creates', async () => {
    const { kubectl, calls } = clusterWith(created);
    const output: string[] = [];
    await unpublish(kubectl, [], (line) => output.push(line));
    expect(calls).toEqual(
      created.map((id) => `delete ${id.replace('/', ' ')} -n ${NAMESPACE} --ignore-not-found --wait=false`),
    );
    expect(output).toEqual([expect.stringContaining('--publish')]);
  });

  it('should keep a route that the manifests contain, for example because an overlay includes the component', async () => {
    const { kubectl, calls } = clusterWith(created);
    await unpublish(kubectl, publish, () => expect.unreachable());
    expect(calls).toEqual([]);
  });

  it('should not require delete permissions if there is nothing to delete', async () => {
    const { kubectl, calls } = clusterWith([], 'ingresses');
    await unpublish(kubectl, [], () => expect.unreachable());
    expect(calls).toEqual([]);
  });

  it('should delete nothing if one of the delete permissions is missing', async () => {
    const { kubectl, calls } = clusterWith(created, 'networkpolicies');
    await expect(unpublish(kubectl, [], () => undefined)).rejects.toThrow(
      'delete networkpolicies.networking.k8s.io',
    );
    expect(calls).toEqual([]);
  });
});
