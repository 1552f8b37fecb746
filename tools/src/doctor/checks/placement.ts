import { APP_IDS } from '@tocsin/contracts';
import { fault, ok, warn, type Finding } from '../finding.ts';
import type { ReachableSidecar } from './reachable-sidecar.ts';

const CONNECTED = 'placement: connected';

/** Checks that the sidecars hosting actors are connected to placement. */
export function checkPlacement(sidecars: readonly ReachableSidecar[]): Finding {
  const check = 'placement';
  const hosts = sidecars.filter(({ metadata }) => metadata.id === APP_IDS.bff);
  if (hosts.length === 0) {
    return warn(
      check,
      'unknown: no bff sidecar reports its state',
      'Fix the bff sidecars, or pass their addresses with --sidecar.',
    );
  }
  const disconnected = hosts.filter(({ metadata }) => metadata.actorRuntime?.placement !== CONNECTED);
  if (disconnected.length === 0) return ok(check, `connected to the sidecars of ${namesOf(hosts)}`);
  return fault(
    check,
    `not connected to the sidecars of ${namesOf(disconnected)}: feeds are not delivered`,
    'Restart placement; the sidecars reconnect automatically. With `npm start`, it restarts within a second; if it doesn’t, see its log in .data/logs. With compose: docker compose up -d. On Kubernetes: kubectl get pods -n dapr-system.',
  );
}

const namesOf = (sidecars: readonly ReachableSidecar[]): string =>
  sidecars.map(({ name }) => name).join(', ');
