import { join } from 'node:path';
import { findKubectl, run, type KubectlResult, type RunResult } from '@tocsin/tools';
import { z } from 'zod';

export const ROOT = join(import.meta.dirname, '../..');
export const NAMESPACE = 'realtime-microservices';

const kubectl = findKubectl();

/** The options of `npm run deploy` that specify where the images come from. */
const IMAGES = process.env['REGISTRY'] ? ['--registry', process.env['REGISTRY'], '--insecure'] : ['--local'];

export const deploy = (args: readonly string[], env: Record<string, string> = {}): Promise<RunResult> =>
  run('npm', ['run', '--silent', 'deploy', '--', ...args], { cwd: ROOT, env });

/** Runs `npm run deploy` with the images under test. @throws Error with the output if it fails */
export async function deployOrFail(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await deploy([...IMAGES, '--publish', ...args]);
  if (code !== 0) throw new Error(`npm run deploy exited with ${code}: ${stderr.trim()}\n${stdout}`);
  return stdout;
}

export const doctor = (env: Record<string, string> = {}): Promise<RunResult> =>
  run('npm', ['run', '--silent', 'doctor', '--', '--kubernetes'], { cwd: ROOT, env });

/** Runs kubectl and returns the exit code and output. Doesn't throw if it fails. */
export const tryKubectl = (args: readonly string[], input?: string): Promise<KubectlResult> =>
  kubectl.try(args, input);

/** Runs kubectl and returns its standard output. @throws Failure with the output if it fails */
export const kubectlText = (args: readonly string[], input?: string): Promise<string> =>
  kubectl.text(args, input);

export const kubectlInNamespace = (...args: string[]): Promise<string> =>
  kubectlText(['-n', NAMESPACE, ...args]);

/** Returns the objects that `kubectl get` finds, parsed with `item`. */
export const list = <T extends z.ZodType>(item: T, args: readonly string[]): Promise<z.infer<T>[]> =>
  kubectl.list(item, args);

export const exists = async (...args: string[]): Promise<boolean> =>
  (await kubectl.get(z.unknown(), args)) !== undefined;

const securitySchema = z
  .object({
    allowPrivilegeEscalation: z.boolean().optional(),
    readOnlyRootFilesystem: z.boolean().optional(),
  })
  .optional();
const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({ containers: z.array(z.object({ name: z.string(), securityContext: securitySchema })) }),
  status: z.object({
    podIP: z.string().default(''),
    containerStatuses: z.array(z.object({ ready: z.boolean() })).default([]),
  }),
});

export interface Pod {
  name: string;
  uid: string;
  app: string;
  containers: { name: string; security: z.infer<typeof securitySchema> }[];
  /** The pod's address in the cluster network. */
  address: string;
  /** Ready containers in kubectl's format: `2/2`. */
  ready: string;
}

/** Returns the workloads' pods, except any that are being deleted. */
export async function pods(): Promise<Pod[]> {
  const found = await list(podSchema, ['pods', '-n', NAMESPACE, '-l', 'app.kubernetes.io/part-of=tocsin']);
  return found
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata, spec, status }) => ({
      name: metadata.name,
      uid: metadata.uid,
      app: metadata.labels['app.kubernetes.io/name'] ?? '',
      address: status.podIP,
      containers: spec.containers.map(({ name, securityContext }) => ({ name, security: securityContext })),
      ready: `${status.containerStatuses.filter(({ ready }) => ready).length}/${spec.containers.length}`,
    }));
}

export const opsToken = async (): Promise<string> => {
  const encoded = await kubectlInNamespace('get', 'secret', 'ops', '-o', 'jsonpath={.data.token}');
  return Buffer.from(encoded, 'base64').toString();
};

export const bffs = async (): Promise<string[]> =>
  (await pods()).filter(({ app }) => app === 'bff').map(({ name }) => name);

/** Returns the path on the API server that forwards to `path` on a bff's public port. */
export const podProxyPath = (pod: string, path: string): string =>
  `/api/v1/namespaces/${NAMESPACE}/pods/${pod}:4001/proxy${path}`;

export async function countConnections(pod: string): Promise<number> {
  const { stdout } = await tryKubectl(['get', '--raw', podProxyPath(pod, '/metrics')]);
  return Number(/^tocsin_bff_connections(?:\{[^}]*\})? (\d+)$/m.exec(stdout)?.[1]);
}

/** Resolves when all pods in a workload like `deployment/bff` belong to the newest revision. */
export const untilRolledOut = (workload: string): Promise<string> =>
  kubectlInNamespace('rollout', 'status', workload, '--timeout=300s');
