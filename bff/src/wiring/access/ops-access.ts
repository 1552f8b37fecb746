import type { Logger } from '@tocsin/service';
import type { OpsAccess } from '../../http/ops/access.ts';
import { isLoopback } from './loopback.ts';
import type { BffConfig } from '../../config.ts';

export const opsAccessOf = ({ OPS_TOKEN: token, PUBLISHED_ON, PUBLIC_HOST }: BffConfig): OpsAccess => ({
  token,
  open: isLoopback(PUBLISHED_ON ?? PUBLIC_HOST),
});

/** Says at the start that no token is asked for, and whether that holds for the operations page. */
export function sayWhoMayEnter(log: Logger, { token, open }: OpsAccess): void {
  log.info('AUTH_MODE=none: all who reach this port may read every feed');
  if (token !== undefined) return;
  log.info(`no OPS_TOKEN: the operations page is ${open ? 'open to all who reach this port' : 'closed'}`);
}
