import { namedNotificationSchema, type Accepted } from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, sendProblem, type Logger } from '@tocsin/service';
import { Router } from 'express';
import type { Operate } from '../../../ops/ports.ts';
import { jsonBody, readBody } from '../../read-body.ts';
import { operatorOf } from '../access/access.ts';
import { reportUnavailable } from '../unavailable.ts';
import { auditActor, type Trail } from '../access/audit-actor.ts';

/** `POST /retract`: has the producer retract a notification, or cancel it if scheduled. */
export function retractRoutes(operate: Operate, trail: Trail, log: Logger): Router {
  const router = Router();
  router
    .route('/retract')
    .post(allowParameters(), ...jsonBody, async (request, response) => {
      const body = readBody(namedNotificationSchema, request, response);
      if (!body) return;
      const { id, feed } = body;
      const note = (outcome: 'done' | 'uncertain') =>
        trail.note({ ...auditActor(request), action: 'retract', outcome, feeds: [feed], ids: [id] });
      try {
        const { status } = await operate({ do: 'retract', id, feed });
        if (status !== 202) {
          note('uncertain');
          const detail = 'The producer did not confirm the retraction. Try again.';
          return sendProblem(response, {
            status: 503,
            code: 'unavailable',
            detail,
            ids: [id],
            retryAfter: 1,
          });
        }
        note('done');
        log.info({ id, feed, by: operatorOf(request) }, 'an operator retracted a notification');
        response.status(202).json({ ids: [id] } satisfies Accepted);
      } catch (error) {
        note('uncertain');
        const detail = 'The producer did not respond. The notification may have been retracted. Try again.';
        reportUnavailable(response, log, { error, detail, ids: [id] });
      }
    })
    .all(methodNotAllowed('POST'));
  return router;
}
