import {
  MAX_REVOCATION_AHEAD_MS,
  parseDateTime,
  revokeSchema,
  type Revocation,
  type Revocations as RevocationsAnswer,
} from '@tocsin/contracts';
import {
  allowParameters,
  methodNotAllowed,
  noteRevocation,
  RevocationsFullError,
  sendProblem,
  type Logger,
} from '@tocsin/service';
import { Router, type Request, type RequestHandler } from 'express';
import type { Revocations } from '../../../auth/revocations.ts';
import { jsonBody, readBody } from '../../read-body.ts';
import { operatorOf } from '../access/access.ts';
import { auditActor, type Trail } from '../access/audit-actor.ts';
import { reportUnavailable } from '../unavailable.ts';

/** `/revocations`: lists, adds and lifts revocations. A revocation invalidates a subject's earlier tokens. */
export function revocationRoutes(
  revocations: Revocations | undefined,
  trail: Trail,
  now: () => number,
  log: Logger,
): Router {
  const router = Router();
  if (!revocations) {
    router.use('/revocations', (_request, response) =>
      sendProblem(response, {
        status: 409,
        code: 'conflict',
        detail: 'With AUTH_MODE=none there are no tokens to revoke.',
      }),
    );
    return router;
  }
  const withErrorHandling =
    <P>(handle: RequestHandler<P>): RequestHandler<P> =>
    async (request, response, next) => {
      try {
        await handle(request, response, next);
      } catch (error) {
        if (error instanceof RevocationsFullError) {
          return sendProblem(response, { status: 409, code: 'conflict', detail: error.message });
        }
        const detail = 'The revocations are unavailable right now. A change may have been saved. Try again.';
        reportUnavailable(response, log, { error, detail });
      }
    };
  router.use('/revocations', allowParameters());
  router
    .route('/revocations')
    .get(
      withErrorHandling(async (_request, response) => {
        const list: RevocationsAnswer = { revocations: await revocations.list() };
        response.set('Cache-Control', 'no-store').json(list);
      }),
    )
    .post(
      ...jsonBody,
      withErrorHandling(async (request, response) => {
        const body = readBody(revokeSchema, request, response);
        if (!body) return;
        const before = parseDateTime(body.before ?? '') ?? now();
        if (before > now() + MAX_REVOCATION_AHEAD_MS) {
          return sendProblem(response, {
            status: 400,
            code: 'invalid_request',
            detail: 'The body is invalid; see errors.',
            errors: [
              {
                path: 'before',
                message: `must not be more than ${MAX_REVOCATION_AHEAD_MS / 60_000} minutes in the future`,
              },
            ],
          });
        }
        const { sub } = body;
        const change = () => revocations.revoke(sub, before);
        const revocation: Revocation = await noteRevocation(trail, auditActor(request), {
          action: 'reader-revoked',
          sub,
          change,
        });
        log.info({ ...revocation, by: operatorOf(request) }, "a subject's tokens were revoked");
        response.status(200).json(revocation);
      }),
    )
    .all(methodNotAllowed('GET', 'HEAD', 'POST'));
  router
    .route('/revocations/:sub')
    .delete(
      withErrorHandling(async (request: Request<{ sub: string }>, response) => {
        const { sub } = request.params;
        const change = () => revocations.lift(sub);
        const action = 'reader-restored';
        if (!(await noteRevocation(trail, auditActor(request), { action, sub, change }))) {
          const detail = 'This subject has no revocation.';
          return sendProblem(response, { status: 404, code: 'not_found', detail });
        }
        log.info({ sub, by: operatorOf(request) }, 'a revocation was lifted');
        response.status(204).end();
      }),
    )
    .all(methodNotAllowed('DELETE'));
  return router;
}
