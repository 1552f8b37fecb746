import type { IncomingMessage } from 'node:http';
import type { ProblemDetails } from '@tocsin/service';
import type { EngineSession } from './backlog.ts';

export interface AdmissionLimits {
  /** Connections of this instance. */
  connections: number;
  /** Connections from one address; 0: no bound. */
  perAddress: number;
}

export type RefusalReason = 'full' | 'address';

/** So long a client that finds no place should wait, in seconds. */
const RETRY_AFTER = 5;

/** Counts the sessions of an instance and decides whether another one has a place. */
export class Admission {
  readonly sessions = new Map<string, EngineSession>();
  readonly #limits: AdmissionLimits;
  readonly #addressOf: (request: IncomingMessage) => string;
  readonly #byAddress = new Map<string, number>();

  constructor(limits: AdmissionLimits, addressOf: (request: IncomingMessage) => string) {
    this.#limits = limits;
    this.#addressOf = addressOf;
  }

  /** Why a handshake has no place; nothing when it has one. */
  refusal(request: IncomingMessage): { reason: RefusalReason; problem: ProblemDetails } | undefined {
    const { connections, perAddress } = this.#limits;
    if (this.sessions.size >= connections) {
      return refusal('full', `This instance has its ${connections} connections. Try again, or another one.`);
    }
    if (perAddress > 0 && (this.#byAddress.get(this.#addressOf(request)) ?? 0) >= perAddress) {
      return refusal('address', `There are ${perAddress} connections from this address already.`);
    }
    return undefined;
  }

  /** Counts a session until it is closed. */
  opened(session: EngineSession): void {
    const id = session.transport.sid;
    this.sessions.set(id, session);
    const address = this.#addressOf(session.request);
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    session.once('close', () => {
      this.sessions.delete(id);
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#byAddress.set(address, left);
      else this.#byAddress.delete(address);
    });
  }
}

const refusal = (reason: RefusalReason, detail: string) => ({
  reason,
  problem: { status: 429, code: 'too_many_requests', detail, retryAfter: RETRY_AFTER } as const,
});
