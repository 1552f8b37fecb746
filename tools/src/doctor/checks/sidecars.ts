import { ACTOR_TYPE, APP_IDS } from '@tocsin/contracts';
import { probe } from '../probe.ts';
import { checkComponents } from './components.ts';
import { fault, ok, warn, type Finding } from '../finding.ts';
import { jsonOf } from '../json-of.ts';
import { metadataSchema, type ReachableSidecar } from './reachable-sidecar.ts';
import { checkPlacement } from './placement.ts';
import { checkScheduler } from './scheduler.ts';
import { bffName, producerName, type Endpoint, type Target } from '../target.ts';

/** Checks all sidecars and components, and whether the sidecars are connected to placement and the scheduler. */
export async function checkSidecars(target: Target): Promise<Finding[]> {
  const headers: Record<string, string> = target.daprApiToken
    ? { 'dapr-api-token': target.daprApiToken }
    : {};
  const results = await Promise.all(target.sidecars.map((sidecar) => examineSidecar(sidecar, headers)));
  const reachable = withNames(results.flatMap((result) => ('metadata' in result ? [result] : [])));
  return [
    ...results.flatMap((result) => ('check' in result ? [result] : [])),
    ...reachable.map((sidecar) => checkIdentity(sidecar, target)),
    ...missingAddresses(target, results.length),
    ...reachable.flatMap(checkComponents),
    checkPlacement(reachable),
    await checkScheduler(reachable),
  ];
}

type UnnamedSidecar = Omit<ReachableSidecar, 'name'> & { name?: string | undefined };

async function examineSidecar(
  { url, name }: Target['sidecars'][number],
  headers: Record<string, string>,
): Promise<Finding | UnnamedSidecar> {
  const check = `sidecar of ${name ?? url}`;
  // Even while the sidecar is unhealthy, the metadata shows whether it is a Dapr sidecar and accepts the token.
  const response = await probe(`${url}/v1.0/metadata`, { headers });
  if (typeof response === 'string') {
    return fault(
      check,
      `does not respond at ${url}: ${response}`,
      'Restart the sidecar. Without it, its application can’t accept or deliver notifications. With `npm start`: press Ctrl-C and start it again. With compose: docker compose up -d. On Kubernetes: delete its pod.',
    );
  }
  if (response.status === 401 || response.status === 403) {
    return fault(check, `rejects the API token at ${url}`, 'Set DAPR_API_TOKEN to its token.');
  }
  const metadata = jsonOf(metadataSchema, response.text);
  if (response.status !== 200 || !metadata) {
    return fault(
      check,
      `${url} returns ${response.status} and is not a Dapr sidecar`,
      'Correct the address.',
    );
  }
  const health = await probe(`${url}/v1.0/healthz/outbound`, { headers });
  if (typeof health === 'string' || health.status >= 300) {
    const says = typeof health === 'string' ? health : `${health.status} ${health.text.slice(0, 200)}`;
    return fault(
      check,
      `runs at ${url} but is not healthy: ${says}`,
      'Its log shows which component it is waiting for; usually Redis is unreachable.',
    );
  }
  return { url, headers, metadata, name };
}

/** Gives each unnamed sidecar a name like `bff-1`. */
function withNames(sidecars: readonly UnnamedSidecar[]): ReachableSidecar[] {
  let bffs = 0;
  let producers = 0;
  const nameOf = ({ metadata }: UnnamedSidecar) => {
    if (metadata.id === APP_IDS.bff) return bffName(bffs++);
    return metadata.id === APP_IDS.producer ? producerName(producers++) : metadata.id;
  };
  return sidecars.map((sidecar) => ({ ...sidecar, name: sidecar.name ?? nameOf(sidecar) }));
}

/** Checks that the sidecar has the expected app id and, for a bff, hosts its actors. */
function checkIdentity({ name, url, metadata }: ReachableSidecar, target: Target): Finding {
  const check = `sidecar of ${name}`;
  const isNamed = (endpoints: readonly Endpoint[]) => endpoints.some((endpoint) => endpoint.name === name);
  const isBffSidecar = isNamed(target.bffs) || (metadata.id === APP_IDS.bff && !isNamed(target.producers));
  const expected = isBffSidecar ? APP_IDS.bff : APP_IDS.producer;
  if (metadata.id !== expected) {
    return fault(
      check,
      `the sidecar at ${url} has the app id ${metadata.id}`,
      `Pass the address of the ${expected}'s sidecar instead, or start this one with --app-id ${expected}.`,
    );
  }
  const hostsActors = metadata.actorRuntime?.activeActors?.some(({ type }) => type === ACTOR_TYPE) ?? false;
  if (expected === APP_IDS.bff && !hostsActors) {
    return warn(
      check,
      `responds at ${url} but hosts no actors of type ${ACTOR_TYPE}`,
      'Its application is not running or not ready: see above.',
    );
  }
  return ok(check, `healthy at ${url}`);
}

function missingAddresses({ producers, bffs }: Target, checked: number): Finding[] {
  const expected = producers.length + bffs.length;
  if (checked >= expected) return [];
  return [
    warn(
      'sidecars',
      `only ${checked} of ${expected} were checked, so the results for components, placement and scheduler are partial`,
      'Pass each sidecar’s address with --sidecar URL, including the producer’s. Sidecars are reachable only inside their container or pod.',
    ),
  ];
}
