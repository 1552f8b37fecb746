import { z } from 'zod';
import { hostOf } from '../../start/public-address.ts';
import type { Kubectl } from './kubectl.ts';

const balancerSchema = z.object({
  ingress: z.array(z.object({ ip: z.string().optional(), hostname: z.string().optional() })).default([]),
});
const statusSchema = z.object({ loadBalancer: balancerSchema.default({ ingress: [] }) });
const ingressSchema = z.object({ status: statusSchema.default({ loadBalancer: { ingress: [] } }) });
export const serviceSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({
    type: z.string(),
    ports: z
      .array(z.object({ name: z.string().default(''), port: z.int(), nodePort: z.int().optional() }))
      .default([]),
  }),
  status: statusSchema.default({ loadBalancer: { ingress: [] } }),
});
type Service = z.infer<typeof serviceSchema>;
const nodeSchema = z.object({
  status: z.object({ addresses: z.array(z.object({ type: z.string(), address: z.string() })) }),
});

const httpPort = ({ spec }: Service) =>
  spec.ports.find(({ port }) => port === 80) ?? spec.ports.find(({ name }) => /^(web|http)$/.test(name));

/** True if a Service is reachable from outside, and its name or a label suggests an ingress controller. */
export const isController = ({ metadata, spec }: Service): boolean =>
  spec.type !== 'ClusterIP' &&
  /traefik|ingress|haproxy|contour|kong|envoy/.test(
    `${metadata.name} ${metadata.labels['app.kubernetes.io/name'] ?? ''}`,
  );

/**
 * The Ingress's address as http://host[:port], taken from the Ingress's status or else from the controller's Service.
 * `undefined` if neither has an address.
 */
export async function findAddress(
  kubectl: Kubectl,
  namespace: string,
  ingressName: string,
): Promise<string | undefined> {
  const ingress = await kubectl.get(ingressSchema, ['ingress', ingressName, '-n', namespace]);
  const ingressAddress = ingress?.status.loadBalancer.ingress[0];
  const address = ingressAddress?.hostname ?? ingressAddress?.ip;
  if (address !== undefined) return `http://${hostOf(address)}`;
  const services = (await kubectl.list(serviceSchema, ['services', '-A'])).filter(isController);
  for (const service of services) {
    const balancer = service.status.loadBalancer.ingress[0];
    const balancerHost = balancer?.hostname ?? balancer?.ip;
    const port = httpPort(service);
    if (!port) continue;
    if (balancerHost !== undefined)
      return `http://${hostOf(balancerHost)}${port.port === 80 ? '' : `:${port.port}`}`;
    if (port.nodePort === undefined) continue;
    const nodes = await kubectl.list(nodeSchema, ['nodes']);
    const addresses = nodes.flatMap(({ status }) => status.addresses);
    const node = ['ExternalIP', 'InternalIP']
      .map((type) => addresses.find((candidate) => candidate.type === type)?.address)
      .find((found) => found !== undefined);
    if (node !== undefined) return `http://${hostOf(node)}:${port.nodePort}`;
  }
  return undefined;
}
