import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { readConfig } from '../../config.ts';
import { Failure } from '../../failure.ts';
import { isNewEnough, OLDEST_VERSION } from '../../setup/dapr/dapr.ts';
import type { Say } from '../../setup/say.ts';
import type { Kubectl } from './kubectl.ts';

/** Facts about the cluster's Dapr that a deployment needs. */
export interface InstalledDapr {
  namespace: string;
  /** The tag of Dapr's image, or the digest if the image has no tag. */
  version: string;
  /** True if sidecars drop capabilities, as required by the `restricted` Pod Security Standard. */
  dropsCapabilities: boolean;
}

const CRDS = ['components.dapr.io', 'configurations.dapr.io', 'resiliencies.dapr.io'];
const PARTS = [
  'dapr-operator',
  'dapr-sentry',
  'dapr-sidecar-injector',
  'dapr-placement-server',
  'dapr-scheduler-server',
];
const INJECTOR = 'dapr-sidecar-injector';
const CHART = 'dapr dapr --repo https://dapr.github.io/helm-charts --version 1.18.1 -n';
const INSTALL =
  `\`helm upgrade --install ${CHART} dapr-system ` +
  '--create-namespace --set dapr_sidecar_injector.sidecarDropALLCapabilities=true --wait`';
/**
 * The command that upgrades Dapr. It keeps the control plane's values, since the whole cluster may share that control
 * plane.
 */
const upgradeIn = (namespace: string): string =>
  `\`helm upgrade ${CHART} ${namespace} --reset-then-reuse-values --wait\``;
const MAX_WAIT_MS = 120_000;

const crdSchema = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
});
const partSchema = z.object({
  metadata: z.object({ namespace: z.string(), labels: z.record(z.string(), z.string()) }),
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.array(
          z.object({
            image: z.string(),
            env: z.array(z.object({ name: z.string(), value: z.string().default('') })).default([]),
          }),
        ),
      }),
    }),
  }),
  status: z.object({ readyReplicas: z.int().default(0) }),
});
type Part = z.infer<typeof partSchema>;

/**
 * Waits until Dapr's whole control plane is ready, because pods get no sidecar while its webhook doesn't respond.
 * @throws Failure if Dapr isn't installed, doesn't become ready, is too old or has mTLS turned off
 */
export async function checkDapr(kubectl: Kubectl, say: Say, timeoutMs = MAX_WAIT_MS): Promise<InstalledDapr> {
  const end = Date.now() + timeoutMs;
  for (let announced = false; ; announced = true) {
    const crds = await kubectl.list(crdSchema, ['crd', ...CRDS]);
    const parts = await kubectl.list(partSchema, [
      'deployments,statefulsets',
      '-A',
      '-l',
      `app in (${PARTS.join(',')})`,
    ]);
    if (crds.length === 0 || parts.length === 0)
      throw new Failure(
        `Dapr is not installed in this cluster. Install it with ${INSTALL}, then deploy again.`,
      );
    const missing = unavailableParts(crds, parts);
    const injector = parts.find(({ metadata }) => metadata.labels['app'] === INJECTOR);
    if (missing.length === 0 && injector) {
      const installed = readInjector(injector);
      await checkWebhook(kubectl, installed);
      await checkMtls(kubectl, installed);
      checkVersion(installed, say);
      return installed;
    }
    if (Date.now() >= end)
      throw new Failure(
        `Dapr is not ready after ${timeoutMs / 1_000} s. Waiting for: ${missing.join(', ')}. ` +
          `See \`kubectl get pods -n ${parts[0]?.metadata.namespace}\`, then deploy again once all are ready.`,
      );
    if (!announced) say(`Waiting for Dapr: ${missing.join(', ')}`);
    await delay(1_000);
  }
}

function unavailableParts(crds: z.infer<typeof crdSchema>[], parts: Part[]): string[] {
  const isEstablished = (name: string) =>
    crds.some(
      ({ metadata, status }) =>
        metadata.name === name &&
        status.conditions.some(
          (condition) => condition.type === 'Established' && condition.status === 'True',
        ),
    );
  const isReady = (name: string) =>
    parts.some(({ metadata, status }) => metadata.labels['app'] === name && status.readyReplicas > 0);
  return [...CRDS.filter((name) => !isEstablished(name)), ...PARTS.filter((name) => !isReady(name))];
}

async function checkWebhook(kubectl: Kubectl, { namespace }: InstalledDapr): Promise<void> {
  const webhook = await kubectl.get(z.unknown(), ['mutatingwebhookconfiguration', INJECTOR]);
  if (webhook === undefined)
    throw new Failure(
      `Dapr's webhook ${INJECTOR} is missing, so pods would get no sidecar. Reinstall Dapr with ${upgradeIn(namespace)}, then deploy again.`,
    );
}

async function checkMtls(kubectl: Kubectl, { namespace }: InstalledDapr): Promise<void> {
  const schema = z.object({ spec: z.object({ mtls: z.object({ enabled: z.boolean() }).optional() }) });
  const system = await kubectl.get(schema, ['configurations.dapr.io', 'daprsystem', '-n', namespace]);
  if (system?.spec.mtls?.enabled === false)
    throw new Failure(
      'mTLS is turned off in Dapr, so sidecars cannot authenticate each other. Turn it on ' +
        `(\`helm upgrade dapr … -n ${namespace} --reuse-values --set global.mtls.enabled=true\`), then deploy again.`,
    );
}

function checkVersion({ version, namespace }: InstalledDapr, say: Say): void {
  const isSupported = isNewEnough(version);
  if (isSupported === undefined)
    return say(
      `Warning: cannot read the version of this Dapr from its image (${version}). Tocsin requires ${OLDEST_VERSION} or later.`,
    );
  if (!isSupported && !readConfig().allowsUntestedDapr)
    throw new Failure(
      `This cluster runs Dapr ${version}, but Tocsin requires ${OLDEST_VERSION} or later. Upgrade it with ${upgradeIn(namespace)}, then deploy again.`,
    );
}

function readInjector({ metadata, spec }: Part): InstalledDapr {
  const containers = spec.template.spec.containers;
  const [tagged = '', digest] = containers[0]?.image.split('@') ?? [];
  const drops = containers
    .flatMap(({ env }) => env)
    .find(({ name }) => name === 'SIDECAR_DROP_ALL_CAPABILITIES');
  return {
    namespace: metadata.namespace,
    version: tagged.split('/').at(-1)?.split(':')[1] ?? digest ?? 'latest',
    dropsCapabilities: drops?.value === 'true',
  };
}
