import type { Kit } from './kit.ts';
import type { Transport } from './transports/transport.ts';

/** What a case needs of the server besides its address. */
export type Need = 'publish' | 'token' | 'open';

export interface Case {
  /** The rule, as a sentence about the server. */
  name: string;
  /** It runs once over each. */
  over: readonly Transport[];
  /** Left out where the target does not offer them; `open` is a server that asks for no token. */
  needs: readonly Need[];
  /** Rejects when the rule does not hold. */
  run: (kit: Kit, over: Transport) => Promise<void>;
}

export const SOCKETS = ['websocket', 'polling'] as const;

const caseOver =
  (over: readonly Transport[]) =>
  (name: string, needs: readonly Need[], run: Case['run']): Case => ({ name, over, needs, run });

/** Runs over WebSocket and again over polling. */
export const socketCase = caseOver(SOCKETS);
export const streamCase = caseOver(['sse']);
export const httpCase = caseOver(['http']);
/** Runs over each way to read a feed. */
export const readerCase = caseOver([...SOCKETS, 'sse']);
