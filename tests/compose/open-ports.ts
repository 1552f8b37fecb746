import { expect, it } from 'vitest';
import type { ComposeProject } from './project.ts';
import { addressesOn, gatewayOf, Stranger } from './strangers.ts';

/** Enough time to scan all 65,535 ports on a dozen containers on a busy machine. */
const SCAN = { timeout: 1_200_000 };

const SIDECAR = [3500, 9090, 50001, 50002];
/** Each service's open ports on each network, as documented in docs/guides/compose.md. */
const OUTSIDE = {
  'bff-1': [4001],
  'bff-2': [4001],
  edge: [4000, 8080],
  producer: [4000],
  ui: [8080],
};
const INSIDE = {
  'bff-1': [4001, 4101],
  'bff-1-dapr': SIDECAR,
  'bff-2': [4001, 4101],
  'bff-2-dapr': SIDECAR,
  placement: [8080, 9090, 50005],
  producer: [4000, 4100],
  'producer-dapr': SIDECAR,
  redis: [6379],
  scheduler: [8080, 9090, 50006],
  sentry: [8080, 9090, 50001],
};

/** Tests a running project from containers that don't belong to it. */
export function testOpenPorts(project: () => ComposeProject): void {
  /** Returns each service's open ports, as seen from another container on the network. */
  async function openPortsOn(network: string): Promise<Record<string, number[]>> {
    const addresses = await addressesOn(project(), network);
    const open = await new Stranger(project(), network).scan([...addresses.values()]);
    return Object.fromEntries([...addresses].map(([service, address]) => [service, open[address] ?? []]));
  }

  it('should find only the documented open ports on the edge network', SCAN, async () => {
    expect(await openPortsOn(project().network('outside'))).toEqual(OUTSIDE);
  });

  it(
    'should find only the documented open ports on the inner network, and get 401 for a guessed token',
    SCAN,
    async () => {
      const network = project().network('inside');
      expect(await openPortsOn(network)).toEqual(INSIDE);
      const stranger = new Stranger(project(), network);
      for (const service of ['bff-1', 'producer']) {
        const guessed = { 'dapr-api-token': 'guessed' };
        const port = service === 'producer' ? 4100 : 4101;
        expect(await stranger.status(`http://${service}-dapr:3500/v1.0/metadata`, guessed)).toBe(401);
        expect(await stranger.status(`http://${service}-inside:${port}/dapr/subscribe`, guessed)).toBe(401);
      }
    },
  );

  it('should be rejected by sidecars for having no sentry certificate, and by sentry for having no token', async () => {
    const stranger = new Stranger(project(), project().network('inside'));
    for (const [host, call] of [
      ['bff-1-dapr', 'local'],
      ['bff-1-dapr', 'actor'],
      ['producer-dapr', 'local'],
    ] as const) {
      const outcomes = await stranger.callSidecar(host, call);
      expect(Object.keys(outcomes)).toHaveLength(3);
      for (const outcome of Object.values(outcomes)) expect(outcome).toMatch(/^(ECONNRESET|ERR_|closed)/);
    }
    // gRPC status 7 means permission denied.
    expect(await stranger.askForCertificate()).toEqual({ certificate: 'returned 7' });
  });

  it('should not reach any service from another network, at the service’s or this machine’s address', async () => {
    const otherNetwork = 'tocsin-test-other-network';
    await project().docker('network', 'create', otherNetwork);
    try {
      const stranger = new Stranger(project(), otherNetwork);
      const published = [project().url, project().publishUrl].map((url) => Number(new URL(url).port));
      const gateways = await Promise.all(
        [otherNetwork, project().network('outside')].map((network) => gatewayOf(project(), network)),
      );
      const addresses = [
        ...(await addressesOn(project(), project().network('outside'))).values(),
        ...(await addressesOn(project(), project().network('inside'))).values(),
      ];
      const ports = [...new Set([...published, ...Object.values({ ...OUTSIDE, ...INSIDE }).flat()])];
      expect(await stranger.openAddresses(gateways, published)).toEqual([]);
      expect(await stranger.openAddresses(addresses, ports)).toEqual([]);
    } finally {
      await project().docker('network', 'rm', otherNetwork);
    }
  });
}
