import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { ProblemDetails } from '../problems/problem.ts';

/**
 * Bodies up to this size may use the whole budget. Larger bodies may use only three quarters; the rest is reserved for
 * small bodies.
 */
export const SMALL_BODY_BYTES = 16 * 1024;
const LARGE_BODY_SHARE = 3 / 4;

/** The error `type` for a body that exceeds the budget. */
export const BODIES_FULL = 'bodies.full';

export const bodiesFull: ProblemDetails = {
  status: 503,
  code: 'unavailable',
  detail:
    'The server is reading too many request bodies. Nothing was processed. Try again after the time in Retry-After.',
  retryAfter: 1,
};

/** Limits the total size of all request bodies being read. */
export class BodyBudget {
  readonly #max: number;
  #taken = 0;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
  }

  /**
   * Takes `more` bytes for a body that has already taken `current` bytes. If this exceeds the budget, takes nothing and
   * returns false.
   */
  take(current: number, more: number): boolean {
    const max = current + more > SMALL_BODY_BYTES ? this.#max * LARGE_BODY_SHARE : this.#max;
    if (this.#taken + more > max) return false;
    this.#taken += more;
    return true;
  }

  release(bytes: number): void {
    this.#taken -= bytes;
  }
}

/** A body's share of the budget. */
export class BodyShare {
  readonly #budget: BodyBudget;
  #bytes = 0;
  #isClosed = false;

  constructor(budget: BodyBudget) {
    this.#budget = budget;
  }

  /** Grows the share to `bytes`. Returns false if that exceeds the budget or the share is closed. */
  growTo(bytes: number): boolean {
    const more = bytes - this.#bytes;
    if (more <= 0) return true;
    if (this.#isClosed || !this.#budget.take(this.#bytes, more)) return false;
    this.#bytes = bytes;
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.#budget.release(this.#bytes);
    this.#bytes = 0;
  }
}

const budgets = new WeakMap<IncomingMessage, BodyBudget>();

/** Makes `takeBody` use `budget` in all later routes. */
export const boundBodies =
  (budget: BodyBudget): RequestHandler =>
  (request, _response, next) => {
    budgets.set(request, budget);
    next();
  };

/** Creates a share for the request's body, if `boundBodies` has set a budget. */
export function createShare(request: IncomingMessage): BodyShare | undefined {
  const budget = budgets.get(request);
  return budget && new BodyShare(budget);
}
