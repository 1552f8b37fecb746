import type { Request, RequestHandler, Response } from 'express';
import type { Fault, KeyScope } from '@tocsin/contracts';
import { sendProblem, type Logger } from '@tocsin/service';
import type { Caller, Callers } from '../../auth/callers.ts';
import { sendRate, sendTooMany } from './rate.ts';

declare module 'express-serve-static-core' {
  interface Request {
    /** Omitted if API keys are off, or if the bff signed the request. */
    caller?: Caller;
  }
}

const MAX_KEY_LENGTH = 512;
const BEARER = /^Bearer +([^\s]+)$/i;

/** The name of the API key used for the request. `undefined` if API keys are off, or if the bff signed the request. */
export const callerName = (request: Request): string | undefined => request.caller?.name;

/** Accepts requests with a valid API key that hasn't reached its rate limit. Sets `request.caller`. */
export const requireApiKey =
  (callers: Callers, log: Logger): RequestHandler =>
  (request, response, next) => {
    const key = keyOf(request);
    let caller: ReturnType<Callers['find']>;
    try {
      caller = key === undefined ? undefined : callers.find(key);
    } catch (err) {
      log.warn({ err }, 'cannot check an API key');
      return sendProblem(response, {
        status: 503,
        code: 'unavailable',
        detail: 'API keys cannot be checked right now. Nothing was changed. Retry the request.',
        retryAfter: 1,
      });
    }
    if (caller === undefined) {
      const detail =
        'A valid API key is required. Send exactly one, as "Authorization: Bearer <key>" or "x-api-key: <key>".';
      return refuse(response, detail, key !== undefined);
    }
    if (typeof caller === 'string') {
      return refuse(response, `This API key ${REFUSAL_TEXT[caller]}. Ask for a new one.`, true);
    }
    if (caller.bucket.left < 1) return sendTooMany(response, caller);
    caller.bucket.take(1);
    sendRate(response, caller);
    request.caller = caller;
    next();
  };

const REFUSAL_TEXT = { expired: 'has expired', revoked: 'was revoked' } as const;

function refuse(response: Response, detail: string, isInvalid: boolean): void {
  const challenge = `Bearer realm="tocsin"${isInvalid ? ', error="invalid_token"' : ''}`;
  response.set('WWW-Authenticate', challenge);
  sendProblem(response, { status: 401, code: 'unauthorized', detail });
}

/** Returns the request's API key, or `undefined` if the request has no key or several, or an empty or too long key. */
function keyOf({ headersDistinct }: Request): string | undefined {
  const bearers = (headersDistinct.authorization ?? []).map((value) => BEARER.exec(value)?.[1]);
  const keys = [...bearers, ...(headersDistinct['x-api-key'] ?? [])];
  const [key] = keys;
  return keys.length === 1 && key !== undefined && key !== '' && key.length <= MAX_KEY_LENGTH
    ? key
    : undefined;
}

/** The permissions that a request needs. */
export interface Needs {
  scopes: readonly KeyScope[];
  items: readonly { feed: string; source?: string | undefined }[];
  /** Returns the path of an item's `feed` or `source` in the request body, such as `0.feed`. Used in errors. */
  pathOf: (index: number, member: 'feed' | 'source') => string;
}

/**
 * Checks the permissions for all items, and counts the items against the rate limit. If permissions are missing,
 * responds with 403, lists them and returns false. If the limit was reached, responds with 429 and returns false. The
 * limit is rechecked because a concurrent large request may have exceeded it since this request arrived.
 */
export function permits(request: Request, response: Response, needs: Needs): boolean {
  const { caller } = request;
  if (!caller) return true;
  const errors = faultsOf(caller, needs);
  if (errors.length > 0) {
    const detail = `The API key "${caller.name}" does not permit this request. Nothing was changed; see errors.`;
    sendProblem(response, { status: 403, code: 'forbidden', detail, errors });
    return false;
  }
  // The first item was counted when the request arrived.
  if (caller.bucket.left < 0) {
    sendTooMany(response, caller);
    return false;
  }
  caller.bucket.take(needs.items.length - 1);
  sendRate(response, caller);
  return true;
}

function faultsOf(caller: Caller, { scopes, items, pathOf }: Needs): Fault[] {
  const faults: Fault[] = [];
  for (const scope of scopes)
    if (!caller.has(scope)) faults.push({ path: '', message: `the key lacks the \`${scope}\` scope` });
  for (const [index, { feed, source }] of items.entries()) {
    if (!caller.mayWrite(feed)) {
      faults.push({ path: pathOf(index, 'feed'), message: 'is not a feed that the key permits' });
    }
    if (caller.source !== undefined && source !== undefined && source !== caller.source) {
      const message = `must be ${caller.source} or omitted: the key can only publish with this source`;
      faults.push({ path: pathOf(index, 'source'), message });
    }
  }
  return faults;
}

/** If the caller's key has a `source`, sets it on all notifications. */
export function withKeySource<T extends { source?: string | undefined }>(
  { caller }: Request,
  inputs: readonly T[],
): readonly T[] {
  const source = caller?.source;
  return source === undefined ? inputs : inputs.map((input) => ({ ...input, source }));
}
