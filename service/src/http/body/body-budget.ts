import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { ProblemDetails } from '../problems/problem.ts';

/** Bodies up to this size may use all of the budget; larger ones leave a quarter of it to them. */
export const SMALL_BODY_BYTES = 16 * 1024;
const SHARE_OF_LARGE = 3 / 4;

/** The error of a body for which there is no room, by its `type`. */
export const BODIES_FULL = 'bodies.full';

export const bodiesFull: ProblemDetails = {
  status: 503,
  code: 'unavailable',
  detail:
    'Too many bytes of request bodies are being read already. Nothing was taken; repeat the request a little later.',
  retryAfter: 1,
};

/** Bytes that the bodies of all requests under way may take together. */
export class BodyBudget {
  readonly #max: number;
  #taken = 0;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
  }

  /** Takes `more` bytes for a body that has `held`; false, and nothing is taken, when there is no room. */
  take(held: number, more: number): boolean {
    const max = held + more > SMALL_BODY_BYTES ? this.#max * SHARE_OF_LARGE : this.#max;
    if (this.#taken + more > max) return false;
    this.#taken += more;
    return true;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}

/** What one body takes of a budget. */
export class BodyShare {
  readonly #budget: BodyBudget;
  #bytes = 0;
  #isClosed = false;

  constructor(budget: BodyBudget) {
    this.#budget = budget;
  }

  /** Makes room for a body of so many bytes in all; false when there is none, or nobody waits for it any more. */
  growTo(bytes: number): boolean {
    const more = bytes - this.#bytes;
    if (more <= 0) return true;
    if (this.#isClosed || !this.#budget.take(this.#bytes, more)) return false;
    this.#bytes = bytes;
    return true;
  }

  /** Gives all of it back. */
  close(): void {
    this.#isClosed = true;
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
  }
}

const budgets = new WeakMap<IncomingMessage, BodyBudget>();

/** Lets `takeBody` of all routes after it read bodies within `budget` alone. */
export const boundBodies =
  (budget: BodyBudget): RequestHandler =>
  (request, _response, next) => {
    budgets.set(request, budget);
    next();
  };

/** A share for the body of a request, if `boundBodies` has a budget for it. */
export function shareOf(request: IncomingMessage): BodyShare | undefined {
  const budget = budgets.get(request);
  return budget && new BodyShare(budget);
}
