import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../../paths.ts';
import { kustomize } from './kustomize.ts';

type Labels = Record<string, string>;

const selectorSchema = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z
    .array(z.strictObject({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) }))
    .default([]),
});
type Selector = z.infer<typeof selectorSchema>;
const peerSchema = z.strictObject({
  namespaceSelector: selectorSchema.optional(),
  podSelector: selectorSchema.optional(),
  ipBlock: z.strictObject({ cidr: z.enum(['0.0.0.0/0', '::/0']) }).optional(),
});
const portsSchema = z.array(z.looseObject({ port: z.union([z.number(), z.string()]) })).optional();
const policySchema = z.object({
  spec: z.object({
    podSelector: selectorSchema,
    policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
    ingress: z.array(z.object({ from: z.array(peerSchema), ports: portsSchema })).default([]),
    egress: z.array(z.object({ to: z.array(peerSchema), ports: portsSchema })).default([]),
  }),
});

const policies = kustomize(join(ROOT, 'k8s/base'))
  .filter(({ kind }) => kind === 'NetworkPolicy')
  .map((document) => policySchema.parse(document).spec);

const matches = ({ matchLabels, matchExpressions }: Selector, labels: Labels): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''));

interface Peer {
  pod: Labels;
  /** The labels of the pod's namespace, or `undefined` for the product's own namespace. */
  namespace?: Labels;
}

type Rule = { peers: z.infer<typeof peerSchema>[]; ports: z.infer<typeof portsSchema> };

const admits = ({ peers, ports }: Rule, { pod, namespace }: Peer, port: number | string): boolean =>
  (ports ?? [{ port }]).some((allowed) => allowed.port === port) &&
  peers.some(
    ({ namespaceSelector, podSelector, ipBlock }) =>
      ipBlock !== undefined ||
      ((namespaceSelector ? matches(namespaceSelector, namespace ?? {}) : namespace === undefined) &&
        (!podSelector || matches(podSelector, pod))),
  );

const mayLeave = (pod: Labels, to: Peer, port: number | string): boolean =>
  policies
    .filter(({ podSelector }) => matches(podSelector, pod))
    .flatMap(({ egress }) => egress.map((rule) => ({ peers: rule.to, ports: rule.ports })))
    .some((rule) => admits(rule, to, port));

const mayEnter = (pod: Labels, from: Peer, port: number | string): boolean =>
  policies
    .filter(({ podSelector }) => matches(podSelector, pod))
    .flatMap(({ ingress }) => ingress.map((rule) => ({ peers: rule.from, ports: rule.ports })))
    .some((rule) => admits(rule, from, port));

/** True if the policies allow this connection between two pods in the product's namespace. */
const connects = (from: Labels, to: Labels, port: number | string): boolean =>
  mayLeave(from, { pod: to }, port) && mayEnter(to, { pod: from }, port);

const app = (name: string): Labels => ({ 'app.kubernetes.io/name': name });
const publisher = { app: 'shop', tocsin: 'publisher' };
const other = { app: 'shop' };
const dns = { pod: { 'k8s-app': 'kube-dns' }, namespace: { 'kubernetes.io/metadata.name': 'kube-system' } };
/** Stands for any address, including addresses outside the cluster. */
const anywhere = { pod: {}, namespace: {} };
const dapr = { pod: { app: 'sentry' }, namespace: { 'kubernetes.io/metadata.name': 'dapr-system' } };

it('should let labeled pods in the namespace publish over HTTP, or to the topic through a sidecar', () => {
  expect(mayLeave(publisher, dns, 53)).toBe(true);
  expect(connects(publisher, app('producer'), 'http')).toBe(true);
  expect(mayLeave(publisher, dapr, 50001)).toBe(true);
  expect(connects(publisher, app('redis'), 6379)).toBe(true);
});

it('should let labeled pods reach any address on the Kubernetes API’s ports, so that sidecars can read secrets', () => {
  const ports = [80, 443, 3500, 4317, 4318, 6379, 6443, 50001, 50002, 'http'];
  const reached = (pod: Labels) => ports.filter((port) => mayLeave(pod, anywhere, port));
  expect(reached(publisher)).toEqual([443, 6443]);
  expect(reached(other)).toEqual([]);
});

it('should block all other connections from labeled pods, and all connections from other pods', () => {
  expect(connects(publisher, app('producer'), 50002)).toBe(false);
  for (const name of ['bff', 'ui'])
    for (const port of ['http', 50002]) expect(connects(publisher, app(name), port)).toBe(false);
  for (const to of [dns, dapr]) expect(mayLeave(other, to, 53)).toBe(false);
  expect(connects(other, app('producer'), 'http')).toBe(false);
  expect(connects(other, app('redis'), 6379)).toBe(false);
});

it('should let labeled pods send calls to the producer’s sidecar port, where another policy must admit them', () => {
  expect(mayLeave(publisher, { pod: app('producer') }, 50002)).toBe(true);
});

it('should let pods in namespaces with the label `tocsin: client` publish', () => {
  const from = (namespace: Labels) => ({ pod: other, namespace });
  expect(mayEnter(app('producer'), from({ tocsin: 'client' }), 'http')).toBe(true);
  expect(mayEnter(app('producer'), from({}), 'http')).toBe(false);
});
