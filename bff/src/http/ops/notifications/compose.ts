import { randomUUID } from 'node:crypto';
import { DEFAULT_FEED, withIds, type Accepted, type AuditOutcome } from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, readJson, sendProblem, type Logger } from '@tocsin/service';
import { Router } from 'express';
import type { Compose } from '../../../ops/ports.ts';
import { jsonBody } from '../../read-body.ts';
import { operatorOf } from '../access/access.ts';
import { auditActor, type Trail } from '../access/audit-actor.ts';
import { reportUnavailable } from '../unavailable.ts';

/**
 * `POST /app/compose`: passes a notification to the producer and returns the producer's response, or 503 if the
 * producer refused the bff's call.
 */
export function composeRoutes(compose: Compose, trail: Trail, log: Logger): Router {
  const router = Router();
  router
    .route('/app/compose')
    .post(allowParameters(), ...jsonBody, async (request, response) => {
      const read = readJson(request.body as Uint8Array);
      if ('problem' in read) return sendProblem(response, read.problem);
      const body = withIds(read.value, () => randomUUID());
      const note = (outcome: AuditOutcome, ids?: string[]) =>
        trail.note({ ...auditActor(request), action: 'compose', outcome, feeds: feedsOf(body), ids });
      try {
        const result = await compose(body);
        if ('ids' in result) {
          note('done', result.ids);
          log.info({ ids: result.ids, by: operatorOf(request) }, 'an operator sent notifications');
          response.status(202).json({ ids: result.ids } satisfies Accepted);
          return;
        }
        const { status, code, detail, errors, ids } = result.problem;
        // Don't forward a 401 or 403: the page would think that the bff refused the operator's token.
        if (status === 401 || status === 403) {
          const refused = `The producer refused the bff's call: ${detail}`;
          return reportUnavailable(response, log, { error: result.problem, detail: refused });
        }
        if (status === 503) note('uncertain', ids);
        const isTemporary = status === 429 || status === 503;
        sendProblem(response, {
          status,
          code,
          detail,
          ...(errors && { errors }),
          ...(ids && { ids }),
          ...(isTemporary && { retryAfter: 1 }),
        });
      } catch (error) {
        note('uncertain', idsOf(body)?.filter(isPlausible));
        const detail =
          'The producer did not respond, so notifications may still appear. Resend them with these ids. Each will only be shown once.';
        reportUnavailable(response, log, { error, detail, ids: idsOf(body) });
      }
    })
    .all(methodNotAllowed('POST'));
  return router;
}

/** Returns the ids in a body, or `undefined` if it has no ids. */
function idsOf(value: unknown): string[] | undefined {
  const ids = [value]
    .flat()
    .flatMap((one) => (isObject(one) && typeof one['id'] === 'string' ? [one['id']] : []));
  return ids.length > 0 ? ids : undefined;
}

/** Whether a feed or id is short enough for the audit trail. Longer names are invalid. */
const isPlausible = (name: string): boolean => name.length <= 1_024;

/** Returns the feeds in a body, even if the body is invalid. */
const feedsOf = (value: unknown): string[] =>
  [value].flat().flatMap((one) => {
    const feed = isObject(one) ? (one['feed'] ?? DEFAULT_FEED) : undefined;
    return typeof feed === 'string' && isPlausible(feed) ? [feed] : [];
  });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
