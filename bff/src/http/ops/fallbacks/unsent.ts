import {
  unsentNamesSchema,
  unsentQuerySchema,
  type UnsentName,
  type UnsentPage,
  type UnsentResult,
} from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, sendProblem, type Logger } from '@tocsin/service';
import { Router, type Request, type RequestHandler } from 'express';
import type { UnsentFallbacks } from '../../../away/fallbacks/unsent/unsent-fallbacks.ts';
import { jsonBody, readBody } from '../../read-body.ts';
import { readQuery } from '../../read-query.ts';
import { operatorOf } from '../access/access.ts';
import { auditActor, type Trail } from '../access/audit-actor.ts';
import { reportUnavailable } from '../unavailable.ts';

export type Unsent = Pick<UnsentFallbacks, 'list' | 'sendAgain' | 'dismiss'>;

const EMPTY_PAGE: UnsentPage = { fallbacks: [], next: null, unreadable: 0, truncatedAt: null };

/** `/fallbacks`: lists fallbacks that were refused or may not have been sent, and resends or dismisses them. */
export function unsentRoutes(unsent: Unsent | undefined, trail: Trail, log: Logger): Router {
  const router = Router();
  router
    .route('/fallbacks/unsent')
    .get(async (request, response) => {
      const query = readQuery(unsentQuerySchema, request, response);
      if (!query) return;
      try {
        const page = unsent ? await unsent.list(query) : EMPTY_PAGE;
        response.set('Cache-Control', 'no-store').json(page);
      } catch (error) {
        reportUnavailable(response, log, { error, detail: 'The list cannot be read right now. Try again.' });
      }
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  const createCloseHandler =
    (
      action: 'send-again' | 'dismiss',
      close: (fallbacks: Unsent, names: readonly UnsentName[]) => Promise<UnsentResult>,
    ): RequestHandler =>
    async (request, response) => {
      const body = readBody(unsentNamesSchema, request, response);
      if (!body) return;
      if (!unsent) {
        const detail = 'This deployment has no channels. Set them up with AWAY_FILE first.';
        return sendProblem(response, { status: 404, code: 'not_found', detail });
      }
      const result = await close(unsent, body.fallbacks);
      recordClosed(trail, request, { action, names: body.fallbacks, result });
      const { done, failed } = result;
      log.info(
        { action, done, failed: failed.length, by: operatorOf(request) },
        'unsent fallbacks were resent or dismissed',
      );
      response.set('Cache-Control', 'no-store').json(result);
    };
  router
    .route('/fallbacks/send-again')
    .post(
      allowParameters(),
      ...jsonBody,
      createCloseHandler('send-again', (fallbacks, names) => fallbacks.sendAgain(names)),
    )
    .all(methodNotAllowed('POST'));
  router
    .route('/fallbacks/dismiss')
    .post(
      allowParameters(),
      ...jsonBody,
      createCloseHandler('dismiss', (fallbacks, names) => fallbacks.dismiss(names)),
    )
    .all(methodNotAllowed('POST'));
  return router;
}

interface ClosedFallbacks {
  action: 'send-again' | 'dismiss';
  names: readonly UnsentName[];
  result: UnsentResult;
}

/** Records completed and uncertain changes separately in the audit trail. */
function recordClosed(trail: Trail, request: Request, { action, names, result }: ClosedFallbacks): void {
  const codes = new Map(result.failed.map((failed) => [keyOf(failed), failed.code]));
  const codeOf = (name: UnsentName) => codes.get(keyOf(name));
  const record = (outcome: 'done' | 'uncertain', changed: readonly UnsentName[]) => {
    if (changed.length === 0) return;
    const feeds = changed.map(({ reader }) => reader);
    trail.note({ ...auditActor(request), action, outcome, feeds, ids: changed.map(({ id }) => id) });
  };
  record(
    'done',
    names.filter((name) => codeOf(name) === undefined),
  );
  record(
    'uncertain',
    names.filter((name) => codeOf(name) === 'unavailable'),
  );
}

const keyOf = ({ reader, id, createdAt, via, at }: UnsentName): string =>
  [reader, id, createdAt, via, at].join('\n');
