import { MAX_PUT_BACK, parseDateTime, putBackSchema, type PutBackResult } from '@tocsin/contracts';
import { SetAsideError, allowParameters, methodNotAllowed, noteSetAside, type Logger } from '@tocsin/service';
import { Router } from 'express';
import type { SetAsideRecords } from '../../../ops/ports.ts';
import { jsonBody, readBody } from '../../read-body.ts';
import { operatorOf } from '../access/access.ts';
import { reportUnavailable } from '../unavailable.ts';
import { auditActor, type Trail } from '../access/audit-actor.ts';
import { unavailableReason } from './unavailable-reason.ts';

/** `POST /dead-letters/put-back`: puts back a batch of records, oldest first. */
export function putBackRoutes(setAsideRecords: SetAsideRecords, trail: Trail, log: Logger): Router {
  const router = Router();
  router
    .route('/dead-letters/put-back')
    .post(allowParameters(), ...jsonBody, async (request, response) => {
      const body = readBody(putBackSchema, request, response);
      if (!body) return;
      const result: PutBackResult = { putBack: 0, failed: [], more: false };
      try {
        const names = (await setAsideRecords.names()).toReversed().slice(body.skip);
        const batch = names.slice(0, MAX_PUT_BACK);
        const records = await setAsideRecords.records(batch);
        const found = new Set(records.map(({ entry }) => entry));
        for (const entry of batch)
          if (!found.has(entry)) result.failed.push({ entry, detail: `${entry} no longer exists.` });
        const until = parseDateTime(body.until) ?? 0;
        const due = records.filter(({ at }) => (parseDateTime(at) ?? 0) <= until);
        result.more = names.length > MAX_PUT_BACK && due.length === records.length;
        for (const record of due) {
          try {
            const change = () => setAsideRecords.putBack(record);
            await noteSetAside(trail, auditActor(request), { action: 'put-back', record, change });
            result.putBack++;
          } catch (error) {
            if (!(error instanceof SetAsideError)) throw error;
            result.failed.push({ entry: record.entry, detail: error.message });
          }
        }
      } catch (error) {
        const detail = `${unavailableReason(error)} Put back so far: ${result.putBack}. Try again.`;
        return reportUnavailable(response, log, { error, detail });
      }
      const { putBack, failed } = result;
      log.info(
        { putBack, failed: failed.length, by: operatorOf(request) },
        'set-aside records were put back',
      );
      response.set('Cache-Control', 'no-store').json(result);
    })
    .all(methodNotAllowed('POST'));
  return router;
}
