import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pollUntil } from '@tocsin/tools';
import { z } from 'zod';
import { NAMESPACE, tryKubectl, kubectlInNamespace, kubectlText } from './cluster.ts';

const SUPPORT = join(import.meta.dirname, '../support');

/**
 * The script that the pod runs. It prints the sidecars' responses to an untrusted application, and the name in the
 * certificate of the producer's sidecar. ATTACKED is the namespace of the attacked release. If ATTACKED is empty, the
 * script attacks the release in the pod's own namespace.
 */
const SCRIPT = `
const tls = require('node:tls');
const suffix = process.env.ATTACKED ? '.' + process.env.ATTACKED : '';
const sidecar = 'http://127.0.0.1:3500/v1.0';
const post = (path) => fetch(sidecar + path, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ title: 'From a stranger' }),
}).then((response) => response.status, (error) => String(error.cause ?? error));
const certificate = () => new Promise((resolve) => {
  const socket = tls.connect({ host: 'producer-dapr' + suffix, port: 50002, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
  let name;
  socket.resume();
  socket.once('secureConnect', () => (name = socket.getPeerCertificate().subjectaltname));
  socket.on('error', (error) => resolve({ name, end: error.code }));
  socket.once('end', () => resolve({ name, end: 'end' }));
  setTimeout(() => resolve({ name, end: 'still open' }), 5_000);
});
(async () => {
  for (;;) {
    const up = await fetch(sidecar + '/healthz').then((response) => response.ok, () => false);
    if (up) break;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  console.log(JSON.stringify({
    invoked: await post('/invoke/producer' + suffix + '/method/notifications'),
    published: await post('/publish/notification-pubsub/notifications'),
    announced: await post('/publish/notification-pubsub/notification-announcements'),
    invokedBff: await post('/invoke/bff' + suffix + '/method/notification-pubsub--notification-announcements--default'),
    producer: await certificate(),
  }));
  setInterval(() => undefined, 60_000);
})();
`;

const responsesSchema = z.object({
  invoked: z.unknown(),
  published: z.unknown(),
  announced: z.unknown(),
  invokedBff: z.unknown(),
  producer: z.object({ name: z.string().optional(), end: z.string() }),
});

export interface StrangerOptions {
  namespace?: string;
  /** The sidecar's app id. Defaults to the pod name. */
  appId?: string;
  /**
   * The namespace of the release to attack. Defaults to the pod's own namespace. If set, the pod also gets a token for
   * sentry.
   */
  attacked?: string;
}

/** The folder in the pod with a token for sentry, as in a sidecar. */
const TOKEN_FOLDER = '/var/run/sentry';
export const SENTRY_TOKEN_FILE = `${TOKEN_FOLDER}/token`;
const SENTRY_SOURCE = { serviceAccountToken: { path: 'token', audience: 'dapr.io/sentry' } };

const manifests = (
  name: string,
  image: string,
  { appId = name, attacked = '' }: StrangerOptions,
): object[] => [
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name },
    spec: { podSelector: { matchLabels: { run: name } }, policyTypes: ['Egress'], egress: [{}] },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { run: name },
      annotations: {
        'dapr.io/enabled': 'true',
        'dapr.io/app-id': appId,
        'dapr.io/sidecar-seccomp-profile-type': 'RuntimeDefault',
      },
    },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '-e', SCRIPT],
          ...(attacked && {
            env: [{ name: 'ATTACKED', value: attacked }],
            volumeMounts: [{ name: 'sentry', mountPath: TOKEN_FOLDER, readOnly: true }],
          }),
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
      ...(attacked && { volumes: [{ name: 'sentry', projected: { sources: [SENTRY_SOURCE] } }] }),
    },
  },
];

/** A pod in the namespace with a sidecar and an untrusted application. */
interface Stranger {
  responses: z.infer<typeof responsesSchema>;
  /** Runs a script from tests/support in the pod and returns the JSON output. */
  run(script: string, ...args: string[]): Promise<unknown>;
  write(path: string, text: string): Promise<unknown>;
}

/** Runs `use` with a pod that has this name and acts as an application. */
export async function withStranger<T>(
  name: string,
  use: (stranger: Stranger) => Promise<T>,
  options: StrangerOptions = {},
): Promise<T> {
  const inNamespace = ['-n', options.namespace ?? NAMESPACE];
  const image = await kubectlText([
    ...[...inNamespace, 'get', 'deployment', 'producer', '-o'],
    'jsonpath={.spec.template.spec.containers[0].image}',
  ]);
  const resources = JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: manifests(name, image, options),
  });
  await kubectlText([...inNamespace, 'create', '-f', '-'], resources);
  try {
    let logs = '';
    const fault = await pollUntil(
      async () => {
        logs = (await tryKubectl([...inNamespace, 'logs', name, '-c', name])).stdout;
        return logs.includes('{');
      },
      { timeoutMs: 120_000, everyMs: 1_000 },
    );
    if (fault) throw new Error(`The stranger printed no result: ${fault}: ${logs}`);
    const exec = [...inNamespace, 'exec', '-i', name, '-c', name, '--'];
    return await use({
      responses: responsesSchema.parse(JSON.parse(logs.slice(logs.indexOf('{')))),
      run: async (script, ...args) => {
        const node = [...exec, 'node', '--input-type=module', '-', ...args];
        return JSON.parse(await kubectlText(node, readFileSync(join(SUPPORT, script), 'utf8'))) as unknown;
      },
      write: (path, text) => kubectlText([...exec, 'sh', '-c', `cat > ${path}`], text),
    });
  } finally {
    await kubectlText([...inNamespace, 'delete', '-f', '-'], resources);
  }
}

const componentSchema = z.object({
  spec: z.object({ metadata: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })) }),
});

/** Runs `use` while this app id is listed as a publisher, as in docs/guides/kubernetes.md. */
export async function withPublisher<T>(name: string, use: () => Promise<T>): Promise<T> {
  const component = ['component', 'notification-pubsub'];
  const { spec } = componentSchema.parse(
    JSON.parse(await kubectlInNamespace('get', ...component, '-o', 'json')),
  );
  const at = spec.metadata.findIndex((item) => item.name === 'publishingScopes');
  const before = spec.metadata[at]?.value ?? '';
  const set = (value: string) => {
    const patch = [{ op: 'replace', path: `/spec/metadata/${at}/value`, value }];
    return kubectlInNamespace('patch', ...component, '--type', 'json', '-p', JSON.stringify(patch));
  };
  await set(`${before};${name}=notifications`);
  try {
    return await use();
  } finally {
    await set(before);
  }
}
