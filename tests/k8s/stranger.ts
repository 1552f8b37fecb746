import { pollUntil } from '@tocsin/tools';
import { z } from 'zod';
import { NAMESPACE, ask, inside, tell } from './cluster.ts';

const NAME = 'stranger';

/** Runs in the pod: what the sidecars answer to an application that nobody knows, and who they say that they are. */
const SCRIPT = `
const tls = require('node:tls');
const sidecar = 'http://127.0.0.1:3500/v1.0';
const post = (path) => fetch(sidecar + path, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ title: 'From a stranger' }),
}).then((response) => response.status, (error) => String(error.cause ?? error));
const certificate = () => new Promise((resolve) => {
  const socket = tls.connect({ host: 'producer-dapr', port: 50002, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
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
    invoked: await post('/invoke/producer/method/notifications'),
    published: await post('/publish/notification-pubsub/notifications'),
    announced: await post('/publish/notification-pubsub/notification-announcements'),
    producer: await certificate(),
  }));
  setInterval(() => undefined, 60_000);
})();
`;

const answersSchema = z.object({
  invoked: z.unknown(),
  published: z.unknown(),
  announced: z.unknown(),
  producer: z.object({ name: z.string().optional(), end: z.string() }),
});

const manifests = (image: string): object[] => [
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: NAME },
    spec: { podSelector: { matchLabels: { run: NAME } }, policyTypes: ['Egress'], egress: [{}] },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: NAME,
      labels: { run: NAME },
      annotations: {
        'dapr.io/enabled': 'true',
        'dapr.io/app-id': NAME,
        'dapr.io/sidecar-seccomp-profile-type': 'RuntimeDefault',
      },
    },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: NAME,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '-e', SCRIPT],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  },
];

/** What an application that none of ours knows is answered in the namespace. */
export async function askAsStranger(): Promise<z.infer<typeof answersSchema>> {
  const image = await inside(
    ...['get', 'deployment', 'producer', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'],
  );
  const resources = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests(image) });
  await tell(['-n', NAMESPACE, 'create', '-f', '-'], resources);
  try {
    let said = '';
    const fault = await pollUntil(
      async () => {
        said = (await ask(['-n', NAMESPACE, 'logs', NAME, '-c', NAME])).stdout;
        return said.includes('{');
      },
      { timeoutMs: 120_000, everyMs: 1_000 },
    );
    if (fault) throw new Error(`The stranger says nothing, ${fault}: ${said}`);
    return answersSchema.parse(JSON.parse(said.slice(said.indexOf('{'))));
  } finally {
    await tell(['-n', NAMESPACE, 'delete', '-f', '-'], resources);
  }
}
