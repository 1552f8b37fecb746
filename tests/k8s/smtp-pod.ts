import { join } from 'node:path';
import { build } from 'rolldown';
import { z } from 'zod';
import { ROOT, kubectlText } from './cluster.ts';

const PORT = 2587;
const mailSchema = z.object({
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
});

export interface SmtpPod {
  /** The value for the bff's secret `smtp`. */
  url: string;
  received(): Promise<z.infer<typeof mailSchema>[]>;
}

const bundle = async (): Promise<string> => {
  const input = join(ROOT, 'bff/testing/away/smtp-pod.ts');
  const { output } = await build({ input, platform: 'node', write: false, output: { format: 'esm' } });
  return output[0].code;
};

const manifests = (image: string, script: string): object[] => [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mail' }, data: { 'smtp.mjs': script } },
  {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'mail' } },
    spec: { selector: { run: 'mail' }, ports: [{ port: 587, targetPort: PORT }] },
  },
  {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'to-mail' } },
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'bff' } },
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: { matchLabels: { run: 'mail' } } }] }],
    },
  },
  {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'mail' } },
    spec: { podSelector: { matchLabels: { run: 'mail' } }, policyTypes: ['Ingress'], ingress: [{}] },
  },
  {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'mail', labels: { run: 'mail' } } },
    spec: {
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          ...{ name: 'mail', image, imagePullPolicy: 'IfNotPresent' },
          command: ['node', '/mail/smtp.mjs', String(PORT)],
          volumeMounts: [{ name: 'mail', mountPath: '/mail', readOnly: true }],
          // In a namespace with a quota, Kubernetes requires resource requests and limits.
          resources: {
            requests: { cpu: '50m', memory: '64Mi' },
            limits: { cpu: '500m', memory: '128Mi' },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
      volumes: [{ name: 'mail', configMap: { name: 'mail' } }],
    },
  },
];

/** Starts an SMTP server in a pod in the namespace. Deleting the namespace deletes the pod. */
export async function startSmtpPod(namespace: string, image: string): Promise<SmtpPod> {
  const inNamespace = ['-n', namespace];
  const items = manifests(image, await bundle());
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await kubectlText([...inNamespace, 'create', '-f', '-'], list);
  await kubectlText([...inNamespace, 'wait', 'pod/mail', '--for=condition=Ready', '--timeout=120s']);
  return {
    url: 'smtp://mail:587',
    received: async () => {
      const lines = (await kubectlText([...inNamespace, 'logs', 'mail'])).split('\n').filter(Boolean);
      return lines.map((line) => mailSchema.parse(JSON.parse(line)));
    },
  };
}
