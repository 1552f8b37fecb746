import { describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { checkCluster } from './cluster.ts';
import { checkDapr } from './installed-dapr.ts';
import { chooseIngressClass } from './ingress-class.ts';
import { Kubectl, type KubectlResult } from './kubectl.ts';
import type { Say } from '../../setup/say.ts';
import { NAMESPACE } from '../manifests/kustomization.ts';
import { remove } from '../remove.ts';
import { checkPermissions, permissionsToApply } from './permissions.ts';
import { runsRedisCluster } from './redis-kind.ts';

type Script = Record<string, Partial<KubectlResult> | object[] | undefined>;

/** A fake kubectl that returns these results for calls with these prefixes, and finds no other objects. */
const kubectlWith = (script: Script): Kubectl =>
  new Kubectl(async (args) => {
    const call = args.join(' ');
    const found = Object.entries(script).find(([prefix]) => call.startsWith(prefix))?.[1] ?? {};
    const result = Array.isArray(found) ? { stdout: JSON.stringify({ items: found }) } : found;
    return { code: 0, stdout: '', stderr: '', ...result };
  });

describe('checkCluster', () => {
  const context = { 'config current-context': { stdout: 'kind\n' } };
  const version = (gitVersion: string) => ({ stdout: JSON.stringify({ serverVersion: { gitVersion } }) });

  it('should describe the cluster', async () => {
    const kubectl = kubectlWith({ ...context, version: version('v1.35.4') });
    expect(await checkCluster(kubectl)).toBe('context kind, Kubernetes v1.35.4');
  });

  it.each<[string, Script, RegExp]>([
    ['a missing context', { 'config current-context': { code: 1 } }, /no current context.*set KUBECONFIG/],
    [
      'a cluster that does not respond',
      { ...context, version: { code: 1, stderr: 'E1125 cache\nerror: refused' } },
      /context kind does not respond: refused\. Start it/,
    ],
    [
      'an old cluster',
      { ...context, version: version('v1.29.9') },
      /v1\.29\.9, but Tocsin requires 1\.30 or later/,
    ],
  ])('should explain how to fix %s', async (_, script, sentence) => {
    await expect(checkCluster(kubectlWith(script))).rejects.toThrow(sentence);
  });
});

describe('checkPermissions', () => {
  const review = (verb: string, resource: string, allowed: boolean) => ({
    spec: { resourceAttributes: { verb, resource, group: 'apps' } },
    status: { allowed },
  });

  it('should list the missing permissions and who can grant them', async () => {
    const results = (reviews: object[]) => ({
      create: { stdout: reviews.map((review) => stringify(review)).join('---\n') },
    });
    const reviews = ['get', 'create', 'patch', 'list'].map((verb) => review(verb, 'deployments', false));
    await expect(
      checkPermissions(kubectlWith(results([...reviews, review('get', 'pods', true)])), []),
    ).rejects.toThrow(
      /You lack .*: get deployments\.apps, create deployments\.apps, patch deployments\.apps and 1 more\. .*administrator/,
    );
    await checkPermissions(kubectlWith(results([review('get', 'pods', true)])), []);
    const forward = { verb: 'create', resource: 'pods', subresource: 'portforward' };
    const denied = { spec: { resourceAttributes: forward }, status: { allowed: false } };
    await expect(checkPermissions(kubectlWith(results([denied])), [])).rejects.toThrow(
      /You lack .*: create pods\/portforward\./,
    );
  });

  it('should require cluster-wide permissions only for kinds that have no namespace', () => {
    const permissions = permissionsToApply(['Namespace', 'Deployment'], 'ns');
    expect(permissions).toContainEqual({ verb: 'create', group: '', resource: 'namespaces' });
    expect(permissions).toContainEqual({ verb: 'create', group: '', resource: 'secrets', namespace: 'ns' });
    expect(permissions).toContainEqual({
      verb: 'patch',
      group: 'apps',
      resource: 'deployments',
      namespace: 'ns',
    });
  });
});

describe('checkDapr', () => {
  const crds = ['components', 'configurations', 'resiliencies'].map((name) => ({
    metadata: { name: `${name}.dapr.io` },
    status: { conditions: [{ type: 'Established', status: 'True' }] },
  }));
  const parts = ['operator', 'sentry', 'sidecar-injector', 'placement-server', 'scheduler-server'];
  const part = (name: string, readyReplicas: number, drops = 'true', tag = ':1.18.1') => ({
    metadata: { namespace: 'dapr', labels: { app: `dapr-${name}` } },
    spec: {
      template: {
        spec: {
          containers: [
            {
              image: `localhost:5000/dapr/x${tag}`,
              env: [
                { name: 'SIDECAR_DROP_ALL_CAPABILITIES', value: drops },
                { name: 'X', valueFrom: {} },
              ],
            },
          ],
        },
      },
    },
    status: { readyReplicas },
  });
  const healthy = {
    'get crd': crds,
    'get deployments,statefulsets': parts.map((name) => part(name, 1)),
    'get mutatingwebhookconfiguration': { stdout: '{}' },
    'get configurations.dapr.io': { stdout: JSON.stringify({ spec: { mtls: { enabled: true } } }) },
  };
  const check = (script: Script, say: Say = () => undefined) =>
    checkDapr(kubectlWith({ ...healthy, ...script }), say, 0);
  const tagged = (tag: string) => ({
    'get deployments,statefulsets': parts.map((name) => part(name, 1, 'true', `:${tag}`)),
  });

  it('should return Dapr’s namespace and version, and whether sidecars drop capabilities', async () => {
    expect(await check({})).toEqual({ namespace: 'dapr', version: '1.18.1', dropsCapabilities: true });
    const withCapabilities = parts.map((name) => part(name, 1, 'false'));
    expect(await check({ 'get deployments,statefulsets': withCapabilities })).toMatchObject({
      dropsCapabilities: false,
    });
  });

  it('should accept an older Dapr with DAPR_UNTESTED, and warn about an image without a version', async () => {
    const output: string[] = [];
    const say = (line: string) => void output.push(line);
    for (const version of ['1.19.0-rc.1-mariner', '1.18-mariner', 'v1.18.1'])
      expect(await check(tagged(version), say)).toMatchObject({ version });
    expect(await check(tagged('1.18.1@sha256:12'), say)).toMatchObject({ version: '1.18.1' });
    vi.stubEnv('DAPR_UNTESTED', 'yes');
    expect(await check(tagged('1.17.4'), say)).toMatchObject({ version: '1.17.4' });
    vi.unstubAllEnvs();
    expect(output).toEqual([]);
    expect(await check(tagged('nightly'), say)).toMatchObject({ version: 'nightly' });
    const digest = {
      'get deployments,statefulsets': parts.map((name) => part(name, 1, 'true', '@sha256:12')),
    };
    expect(await check(digest, say)).toMatchObject({ version: 'sha256:12' });
    const warning = (image: string) =>
      `Warning: cannot read the version of this Dapr from its image (${image}). Tocsin requires 1.18 or later.`;
    expect(output).toEqual([warning('nightly'), warning('sha256:12')]);
  });

  it.each<[string, Script, RegExp]>([
    [
      'is too old',
      tagged('v1.17.4'),
      /v1\.17\.4, .*requires 1\.18.*`helm upgrade dapr [^`]* -n dapr --reset-then-reuse-values --wait`/,
    ],
    [
      'is not installed',
      { 'get crd': [], 'get deployments,statefulsets': [] },
      /not installed.*Install it with `helm upgrade --install [^`]* -n dapr-system /,
    ],
    [
      'is not ready',
      { 'get deployments,statefulsets': parts.map((name) => part(name, name === 'sentry' ? 0 : 1)) },
      /not ready .*Waiting for: dapr-sentry\..*get pods -n dapr`/,
    ],
    ['has no CRD yet', { 'get crd': crds.slice(1) }, /not ready .*Waiting for: components\.dapr\.io/],
    [
      'has no webhook',
      { 'get mutatingwebhookconfiguration': {} },
      /webhook .* missing.*`helm upgrade dapr [^`]* -n dapr --reset-then-reuse-values --wait`/,
    ],
    [
      'has no mTLS',
      { 'get configurations.dapr.io': { stdout: JSON.stringify({ spec: { mtls: { enabled: false } } }) } },
      /mTLS is turned off.*-n dapr .*global\.mtls\.enabled=true/,
    ],
  ])('should explain what to do if Dapr %s', async (_, script, sentence) => {
    await expect(check(script)).rejects.toThrow(sentence);
  });
});

describe('chooseIngressClass', () => {
  const ingressClass = (name: string, controller = 'example.com/x', isDefault = false) => ({
    metadata: { name, annotations: { 'ingressclass.kubernetes.io/is-default-class': String(isDefault) } },
    spec: { controller },
  });
  const traefik = ingressClass('traefik', 'traefik.io/ingress-controller');
  const choose = (classes: object[], requested?: string) =>
    chooseIngressClass(kubectlWith({ 'get ingressclasses': classes }), requested);

  it('should choose the requested class, else the default class, Traefik’s class or the only class', async () => {
    expect(await choose([traefik, ingressClass('a')], 'a')).toEqual({ name: 'a', isTraefik: false });
    expect(await choose([traefik, ingressClass('a', 'x', true)])).toMatchObject({ name: 'a' });
    expect(await choose([ingressClass('a'), traefik])).toEqual({ name: 'traefik', isTraefik: true });
    expect(await choose([ingressClass('a')])).toMatchObject({ name: 'a' });
  });

  it.each<[object[], string | undefined, RegExp]>([
    [[], undefined, /no ingress class, so.*Install an ingress controller/],
    [[ingressClass('a'), ingressClass('b')], undefined, /Choose one with --ingress-class NAME: a, b/],
    [[traefik], 'b', /no ingress class named b\. Choose one .*: traefik/],
  ])('should explain which class to choose or install: %j', async (classes, requested, sentence) => {
    await expect(choose(classes, requested)).rejects.toThrow(sentence);
  });
});

describe('runsRedisCluster', () => {
  const redis = (podManagementPolicy?: string) => ({
    metadata: { name: 'redis' },
    spec: { podManagementPolicy },
  });
  const runs = (sets: object[], requested: boolean) =>
    runsRedisCluster(kubectlWith({ 'get statefulsets': sets }), 'ns', requested);

  it('should use the requested kind of Redis on the first deployment, then keep it', async () => {
    expect([await runs([], true), await runs([], false)]).toEqual([true, false]);
    expect([await runs([redis('Parallel')], true), await runs([redis('Parallel')], false)]).toEqual([
      true,
      true,
    ]);
    expect(await runs([redis()], false)).toBe(false);
  });

  it('should refuse to replace a single Redis, because that would leave the data behind', async () => {
    await expect(runs([redis('OrderedReady')], true)).rejects.toThrow(
      /ns has a single Redis.*without --redis-cluster/,
    );
  });
});

describe('remove', () => {
  const volume = {
    metadata: { name: 'v' },
    spec: { storageClassName: 'tocsin-node', claimRef: { namespace: NAMESPACE }, hostPath: { path: '/p' } },
  };
  /** A cluster where the user has all permissions except `lacks`. */
  const clusterOf = (volumes: object[], lacks: string, calls: string[]) =>
    new Kubectl(async (args, input) => {
      calls.push(args.join(' '));
      if (args[0] === 'create') {
        const { items } = JSON.parse(input ?? '') as {
          items: { spec: { resourceAttributes: { verb: string; resource: string } } }[];
        };
        const reviews = items.map((item) => {
          const { verb, resource } = item.spec.resourceAttributes;
          return stringify({ ...item, status: { allowed: `${verb} ${resource}` !== lacks } });
        });
        return { code: 0, stdout: reviews.join('---\n'), stderr: '' };
      }
      const stdout = args[1] === 'persistentvolumes' ? JSON.stringify({ items: volumes }) : '{}';
      return { code: 0, stdout, stderr: '' };
    });
  const deletions = (calls: string[]) => calls.filter((call) => call.startsWith('delete'));

  it('should not remove anything if the user isn’t allowed to remove a volume', async () => {
    const calls: string[] = [];
    const lacks = 'delete persistentvolumes';
    await expect(remove(clusterOf([volume], lacks, calls), () => undefined)).rejects.toThrow(
      /You lack .*: delete persistentvolumes/,
    );
    expect(deletions(calls)).toEqual([]);
    await remove(clusterOf([], lacks, calls), () => undefined);
    expect(deletions(calls)).toHaveLength(1);
  });

  it('should remove the namespace and the volume on the node', async () => {
    const calls: string[] = [];
    await remove(clusterOf([volume], '', calls), () => undefined);
    expect(deletions(calls).map((call) => call.split(' ').slice(1, 3).join(' '))).toEqual([
      `namespace ${NAMESPACE}`,
      'persistentvolume v',
    ]);
  });
});
