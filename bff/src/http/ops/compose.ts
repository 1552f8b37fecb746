import { randomUUID } from 'node:crypto';
import type { Accepted } from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, readJson, sendProblem, type Logger } from '@tocsin/service';
import { Router } from 'express';
import type { Compose } from '../../ops/ports.ts';
import { jsonBody } from '../read-body.ts';
import { operatorOf } from './access.ts';
import { reportUnavailable } from './unavailable.ts';

/** `POST /app/compose`: hands a notification to the producer, and answers what that answers. */
export function composeRoutes(compose: Compose, log: Logger): Router {
  const router = Router();
  router
    .route('/app/compose')
    .post(allowParameters(), ...jsonBody, async (request, response) => {
      const read = readJson(request.body as Uint8Array);
      if ('problem' in read) return sendProblem(response, read.problem);
      const body = withId(read.value);
      try {
        const answer = await compose(body);
        if ('ids' in answer) {
          log.info({ ids: answer.ids, by: operatorOf(request) }, 'composed');
          response.status(202).json({ ids: answer.ids } satisfies Accepted);
          return;
        }
        const { status, code, detail, errors, ids } = answer.problem;
        const later = status === 429 || status === 503;
        sendProblem(response, {
          status,
          code,
          detail,
          ...(errors && { errors }),
          ...(ids && { ids }),
          ...(later && { retryAfter: 1 }),
        });
      } catch (error) {
        const detail =
          'The producer did not answer. It may appear all the same; repeating it with this id does not double it.';
        reportUnavailable(response, log, { error, detail, ids: idsOf(body) });
      }
    })
    .all(methodNotAllowed('POST'));
  return router;
}

/** A notification without an id gets one here, so that it can be repeated when no answer comes. */
const withId = (value: unknown): unknown =>
  isObject(value) && !Object.hasOwn(value, 'id') ? { ...value, id: randomUUID() } : value;

const idsOf = (value: unknown): string[] | undefined =>
  isObject(value) && typeof value['id'] === 'string' ? [value['id']] : undefined;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
