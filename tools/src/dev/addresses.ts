import type { readDevConfig } from '../config.ts';
import { LOOPBACK } from '../stack/pair-processes.ts';
import { hostOf, shownHostOf } from '../start/public-address.ts';

/** The addresses that `npm run dev` uses. The public ports listen on `address`, the internal port only on loopback. */
export function devAddresses(address: string, ports: ReturnType<typeof readDevConfig>) {
  return {
    bff: `http://${hostOf(address)}:${ports.bff}`,
    producer: `http://${hostOf(address)}:${ports.producer}`,
    internal: `http://${LOOPBACK}:${ports.internal}`,
    /** For messages. */
    shown: {
      page: `http://${shownHostOf(address)}:${ports.page}`,
      producer: `${shownHostOf(address)}:${ports.producer}`,
    },
  };
}
