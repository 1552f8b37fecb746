import type { OpsStatus } from '@tocsin/contracts';
import type { Logger } from '@tocsin/service';
import type { OpsAccess } from '../../http/ops/access/access.ts';
import { isLoopback } from './loopback.ts';
import type { BffConfig } from '../../config.ts';

export const opsAccessOf = ({ OPS_TOKEN: token, PUBLISHED_ON, PUBLIC_HOST }: BffConfig): OpsAccess => ({
  token,
  isOnLoopback: isLoopback(PUBLISHED_ON ?? PUBLIC_HOST),
});

export const opsLinksOf = ({ RUNBOOK_URL, GRAFANA_URL }: BffConfig): OpsStatus['links'] => ({
  ...(RUNBOOK_URL !== undefined && { runbook: RUNBOOK_URL }),
  ...(GRAFANA_URL !== undefined && { grafana: GRAFANA_URL }),
});

/** Logs at startup that readers need no token, and whether the operations page is open too. */
export function logOpsAccess(log: Logger, { token, isOnLoopback }: OpsAccess): void {
  log.info('AUTH_MODE=none: anyone who can reach this port can read every feed');
  if (token !== undefined) return;
  log.info(
    `no OPS_TOKEN: the operations page is ${isOnLoopback ? 'open to anyone who can reach this port' : 'closed'}`,
  );
}
