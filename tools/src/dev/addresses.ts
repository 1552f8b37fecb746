import type { readDevConfig } from '../config.ts';
import { LOOPBACK } from '../stack/pair-processes.ts';
import { hostOf, shownHostOf } from '../start/public-address.ts';

/** The addresses of `npm run dev` whose public ports listen on `address`. The internal port never does. */
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
