import { APP_IDS } from '@tocsin/contracts';
import { fault, ok, warn, type Finding } from '../finding.ts';
import type { LivingSidecar } from './living-sidecar.ts';

const CONNECTED = 'placement: connected';

/** Whether the sidecars that host actors are connected to placement. */
export function checkPlacement(sidecars: readonly LivingSidecar[]): Finding {
  const check = 'placement';
  const hosts = sidecars.filter(({ metadata }) => metadata.id === APP_IDS.bff);
  if (hosts.length === 0) {
    return warn(
      check,
      'unknown: no sidecar of a bff reports anything about it',
      'Fix those sidecars, or name them with --sidecar.',
    );
  }
  const cut = hosts.filter(({ metadata }) => metadata.actorRuntime?.placement !== CONNECTED);
  if (cut.length === 0) return ok(check, `connected to the sidecars of ${namesOf(hosts)}`);
  return fault(
    check,
    `not connected to the sidecars of ${namesOf(cut)}: feeds are not delivered`,
    'Restart it; the sidecars connect by themselves. With `npm start` it comes back within a second; otherwise see its log in .data/logs; with compose: docker compose up -d; on Kubernetes: kubectl get pods -n dapr-system.',
  );
}

const namesOf = (sidecars: readonly LivingSidecar[]): string => sidecars.map(({ name }) => name).join(', ');
