import type { Kit } from './kit.ts';
import type { Transport } from './transports/transport.ts';

/**
 * A requirement of a case in addition to the server's URL: permission to publish, a reader's token, or a server that
 * requires no token (`open`).
 */
export type Need = 'publish' | 'token' | 'open';

export interface Case {
  /** The rule that the case checks. It completes the sentence "The server …". */
  name: string;
  /** The case runs once with each of these transports. */
  over: readonly Transport[];
  /** The case is skipped if the target doesn't meet these requirements. */
  needs: readonly Need[];
  /** Rejects if the rule is violated. */
  run: (kit: Kit, over: Transport) => Promise<void>;
}

export const SOCKETS = ['websocket', 'polling'] as const;

const caseOver =
  (over: readonly Transport[]) =>
  (name: string, needs: readonly Need[], run: Case['run']): Case => ({ name, over, needs, run });

/** Defines a case that runs with WebSocket, then with polling. */
export const socketCase = caseOver(SOCKETS);
export const streamCase = caseOver(['sse']);
export const httpCase = caseOver(['http']);
/** Defines a case that runs with each transport that can read feeds. */
export const readerCase = caseOver([...SOCKETS, 'sse']);
