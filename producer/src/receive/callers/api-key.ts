import type { Request, RequestHandler, Response } from 'express';
import type { Fault, KeyScope } from '@tocsin/contracts';
import { sendProblem, type Logger } from '@tocsin/service';
import type { Caller, Callers } from '../../auth/callers.ts';
import { sendRate, sendTooMany } from './rate.ts';

declare module 'express-serve-static-core' {
  interface Request {
    /** Who calls; absent where nobody is asked for an API key. */
    caller?: Caller;
  }
}

const MAX_KEY_LENGTH = 512;
const BEARER = /^Bearer +([^\s]+)$/i;

/** The name of the key that the request showed; `undefined` where none was asked for. */
export const callerName = (request: Request): string | undefined => request.caller?.name;

/** Lets those through who show an API key and have some of their rate left, and notes who they are. */
export const requireApiKey =
  (callers: Callers, log: Logger): RequestHandler =>
  (request, response, next) => {
    const key = keyOf(request);
    let caller: ReturnType<Callers['find']>;
    try {
      caller = key === undefined ? undefined : callers.find(key);
    } catch (err) {
      log.warn({ err }, 'an API key cannot be checked');
      return sendProblem(response, {
        status: 503,
        code: 'unavailable',
        detail: 'API keys cannot be checked now. Nothing was taken; repeat the request.',
        retryAfter: 1,
      });
    }
    if (caller === undefined) {
      const detail = 'An API key is needed, once, as Authorization: Bearer <key> or as x-api-key: <key>.';
      return refuse(response, detail, key !== undefined);
    }
    if (typeof caller === 'string') {
      return refuse(response, `This API key ${WHY[caller]}. Ask for a new one.`, true);
    }
    if (caller.bucket.left < 1) return sendTooMany(response, caller);
    caller.bucket.take(1);
    sendRate(response, caller);
    request.caller = caller;
    next();
  };

const WHY = { expired: 'has expired', revoked: 'was revoked' } as const;

function refuse(response: Response, detail: string, isInvalid: boolean): void {
  const challenge = `Bearer realm="tocsin"${isInvalid ? ', error="invalid_token"' : ''}`;
  response.set('WWW-Authenticate', challenge);
  sendProblem(response, { status: 401, code: 'unauthorized', detail });
}

/** The one key of a request; `undefined` when there is none, or more than one. */
function keyOf({ headersDistinct }: Request): string | undefined {
  const bearers = (headersDistinct.authorization ?? []).map((value) => BEARER.exec(value)?.[1]);
  const keys = [...bearers, ...(headersDistinct['x-api-key'] ?? [])];
  const [key] = keys;
  return keys.length === 1 && key !== undefined && key !== '' && key.length <= MAX_KEY_LENGTH
    ? key
    : undefined;
}

/** What a request wants of its key. */
export interface Wish {
  scope: KeyScope;
  items: readonly { feed: string; source?: string | undefined }[];
  /** Names a member of an item in the request. */
  pathOf: (index: number, member: 'feed' | 'source') => string;
}

/**
 * True if the caller may do this with all items, which are then counted; else the request is answered: 403 with every
 * reason, or 429. The rate is asked again, since what arrived at the same time has used it up meanwhile: one request
 * may owe, those beside it may not.
 */
export function permits(request: Request, response: Response, wish: Wish): boolean {
  const { caller } = request;
  if (!caller) return true;
  const errors = faultsOf(caller, wish);
  if (errors.length > 0) {
    const detail = `Nothing was taken: the key of ${caller.name} does not permit this; errors lists why.`;
    sendProblem(response, { status: 403, code: 'forbidden', detail, errors });
    return false;
  }
  // One of them was counted when the request arrived.
  if (caller.bucket.left < 0) {
    sendTooMany(response, caller);
    return false;
  }
  caller.bucket.take(wish.items.length - 1);
  sendRate(response, caller);
  return true;
}

function faultsOf(caller: Caller, { scope, items, pathOf }: Wish): Fault[] {
  const faults: Fault[] = [];
  if (!caller.has(scope)) faults.push({ path: '', message: `the key lacks the scope ${scope}` });
  for (const [index, { feed, source }] of items.entries()) {
    if (!caller.mayWrite(feed)) {
      faults.push({ path: pathOf(index, 'feed'), message: 'is not a feed that the key permits' });
    }
    if (caller.source !== undefined && source !== undefined && source !== caller.source) {
      const message = `must be ${caller.source} or left out: the key publishes as that source alone`;
      faults.push({ path: pathOf(index, 'source'), message });
    }
  }
  return faults;
}

/** The notifications with the source of the caller's key, if it has one. */
export function withOwnSource<T extends { source?: string | undefined }>(
  { caller }: Request,
  inputs: readonly T[],
): readonly T[] {
  const source = caller?.source;
  return source === undefined ? inputs : inputs.map((input) => ({ ...input, source }));
}
