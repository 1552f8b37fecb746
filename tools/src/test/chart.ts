import { readImageSource } from '../containers/options.ts';
import { CHART } from '../deploy/chart/chart.ts';
import { checkCluster } from '../deploy/cluster/cluster.ts';
import { checkDapr } from '../deploy/cluster/installed-dapr.ts';
import { chooseIngressClass } from '../deploy/cluster/ingress-class.ts';
import { findKubectl } from '../deploy/cluster/kubectl.ts';
import { needsNodeVolume } from '../deploy/cluster/storage.ts';
import { Failure } from '../failure.ts';
import { parseOptions, throwIfInvalid } from '../options.ts';
import { ROOT } from '../paths.ts';
import { run } from '../process/run.ts';
import { ensureHelm } from '../setup/test-programs/helm.ts';
import { createNodeVolume, deleteNodeVolume } from './node-volume.ts';

const USAGE = 'npm run test:chart -- [--registry HOST[:PORT][/PATH]] [--tag TAG]';
/** Names that don't occur in the chart, to verify that any name works. */
const NAMESPACE = 'tocsin-chart-test';
const RELEASE = 'chart-test';

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * `npm run test:chart`: installs the chart into a separate namespace in the cluster of kubectl's current context, runs
 * `helm test` (which sends a canary), upgrades, retests, and cleans up. The nodes must have the images, or `--registry`
 * must specify the registry to pull them from.
 * @throws Failure with Helm's output
 */
export async function testChart(args: string[]): Promise<number> {
  const { values } = parseOptions(args, USAGE, {
    options: { registry: { type: 'string' }, tag: { type: 'string' } },
  });
  const { registry = '', tag, errors } = readImageSource(values);
  throwIfInvalid(errors, USAGE);
  const kubectl = findKubectl();
  const helm = await ensureHelm();
  say(`Cluster: ${await checkCluster(kubectl)}`);
  const dapr = await checkDapr(kubectl, say);
  const ingressClass = await chooseIngressClass(kubectl, undefined);
  if ((await kubectl.try(['get', 'namespace', NAMESPACE])).code === 0)
    throw new Failure(
      `The namespace ${NAMESPACE} already exists. Delete it first (\`kubectl delete namespace ${NAMESPACE}\`).`,
    );
  const nodeVolume = await needsNodeVolume(kubectl, NAMESPACE);
  const settings = {
    image: { registry, tag },
    daprNamespace: dapr.namespace,
    ingress: { className: ingressClass.name, insecure: true, host: 'chart-test.example.com' },
    redis: { storageClass: nodeVolume ? RELEASE : '', storage: '1Gi' },
  };
  const runHelm = async (command: string[], more: object = {}) => {
    const input = JSON.stringify({ ...settings, ...more });
    const withValues = command[0] === 'test' || command[0] === 'uninstall' ? [] : ['--values', '-'];
    const { code, output } = await run(helm, [...command, '-n', NAMESPACE, ...withValues], {
      cwd: ROOT,
      input,
    });
    if (code !== 0) throw new Failure(`helm ${command.join(' ')} failed:\n${output}`);
    say(`Passed: helm ${command[0]}`);
    return output;
  };
  const wait = ['--wait', '--timeout', '5m'];
  try {
    if (nodeVolume) await createNodeVolume(kubectl, RELEASE);
    await runHelm(['install', RELEASE, CHART, '--create-namespace', ...wait]);
    say((await runHelm(['test', RELEASE, '--logs', '--timeout', '3m'])).split('\n').at(-1) ?? '');
    await runHelm(['upgrade', RELEASE, CHART, ...wait], {
      producer: { settings: { API_KEYS: 'off', QUEUE_MAX: '5000' } },
    });
    await runHelm(['test', RELEASE, '--logs', '--timeout', '3m']);
    await runHelm(['uninstall', RELEASE, ...wait]);
  } finally {
    await kubectl.try(['delete', 'namespace', NAMESPACE, '--wait=true']);
    if (nodeVolume) await deleteNodeVolume(kubectl, RELEASE);
  }
  return 0;
}
