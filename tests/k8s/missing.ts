import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { list, kubectlText } from './cluster.ts';

const labelsSchema = z.record(z.string(), z.string()).default({});
/** The fields needed to recreate an ingress class. */
const classSchema = z.object({
  apiVersion: z.string().default('networking.k8s.io/v1'),
  kind: z.string().default('IngressClass'),
  metadata: z.object({
    name: z.string(),
    labels: labelsSchema,
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.unknown(),
});

/** Runs `work` while the cluster has no ingress class. */
export async function withoutIngressClass<T>(work: () => Promise<T>): Promise<T> {
  const classes = await list(classSchema, ['ingressclasses']);
  await kubectlText(['delete', 'ingressclasses', '--all']);
  try {
    return await work();
  } finally {
    for (const ingressClass of classes)
      await kubectlText(['create', '-f', '-'], JSON.stringify(ingressClass));
  }
}

const partSchema = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string(), labels: labelsSchema }),
});

/**
 * Runs `work` while Dapr's control plane can't be found, because it lacks the `app` labels. The control plane keeps
 * running.
 */
export async function withoutDapr<T>(work: () => Promise<T>): Promise<T> {
  const all = await list(partSchema, ['deployments,statefulsets', '-A', '-l', 'app']);
  const parts = all.filter(({ metadata }) => metadata.labels['app']?.startsWith('dapr-'));
  const label = ({ kind, metadata }: z.infer<typeof partSchema>, change: string) =>
    kubectlText(['label', '-n', metadata.namespace, `${kind}/${metadata.name}`, change]);
  try {
    for (const part of parts) await label(part, 'app-');
    return await work();
  } finally {
    for (const part of parts) await label(part, `app=${part.metadata.labels['app']}`);
  }
}

const READER = 'tocsin-test-reader';
const configSchema = z.looseObject({
  users: z.array(z.object({ name: z.string(), user: z.unknown() })),
});

/** Runs `work` with a temporary user's kubeconfig. The user has only the `view` cluster role. */
export async function asViewer<T>(work: (kubeconfig: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-reader-'));
  try {
    await kubectlText(['create', 'serviceaccount', READER, '-n', 'default']);
    await kubectlText([
      ...['create', 'clusterrolebinding', READER],
      ...['--clusterrole=view', `--serviceaccount=default:${READER}`],
    ]);
    const token = (await kubectlText(['create', 'token', READER, '-n', 'default'])).trim();
    const text = await kubectlText(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']);
    const config = configSchema.parse(JSON.parse(text));
    const users = config.users.map(({ name }) => ({ name, user: { token } }));
    const file = join(folder, 'config');
    await writeFile(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
    return await work(file);
  } finally {
    await kubectlText(['delete', 'clusterrolebinding', READER, '--ignore-not-found']);
    await kubectlText(['delete', 'serviceaccount', READER, '-n', 'default', '--ignore-not-found']);
    await rm(folder, { recursive: true, force: true });
  }
}

const INJECTOR = 'deployment/dapr-sidecar-injector';
const DROPS = 'SIDECAR_DROP_ALL_CAPABILITIES';

/** Runs `use` while Dapr's sidecars run without capabilities. */
export async function withConfinedSidecars<T>(use: () => Promise<T>): Promise<T> {
  const [injector] = await list(
    z.object({
      metadata: z.object({ namespace: z.string() }),
      spec: z.object({
        template: z.object({
          spec: z.object({
            containers: z.array(
              z.object({ env: z.array(z.object({ name: z.string(), value: z.string().optional() })) }),
            ),
          }),
        }),
      }),
    }),
    ['deployments', '-A', '-l', 'app=dapr-sidecar-injector'],
  );
  if (!injector) throw new Error('The sidecar injector was not found.');
  const namespace = injector.metadata.namespace;
  const env = injector.spec.template.spec.containers.flatMap((container) => container.env);
  const before = env.find(({ name }) => name === DROPS)?.value;
  const set = async (setting: string) => {
    await kubectlText(['-n', namespace, 'set', 'env', INJECTOR, setting]);
    await kubectlText(['-n', namespace, 'rollout', 'status', INJECTOR, '--timeout=180s']);
  };
  if (before === 'true') return use();
  await set(`${DROPS}=true`);
  try {
    return await use();
  } finally {
    await set(before === undefined ? `${DROPS}-` : `${DROPS}=${before}`);
  }
}
