import { exportRequestSchema, faultsOf, receiptsQuerySchema, type Receipts } from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, sendProblem, type Logger } from '@tocsin/service';
import { Router } from 'express';
import { readQuery } from '../../read-query.ts';
import { sendUnavailable } from '../../responses.ts';

export interface ReaderOpsRoutesOptions {
  receiptsOf: (notification: { feed: string; id: string }) => Promise<Receipts>;
  exportOf: (reader: string) => Promise<object>;
}

/** `GET /receipts?feed=…&id=…`: a notification's receipts. `GET /readers/{sub}/export`: all data about a reader. */
export function readerOpsRoutes({ receiptsOf, exportOf }: ReaderOpsRoutesOptions, log: Logger): Router {
  const router = Router();
  router
    .route('/receipts')
    .get(async (request, response) => {
      const query = readQuery(receiptsQuerySchema, request, response);
      if (!query) return;
      try {
        response.set('Cache-Control', 'no-store').json(await receiptsOf(query));
      } catch (err) {
        log.warn({ err, feed: query.feed }, 'cannot read receipts');
        sendUnavailable(response, 'The receipts cannot be read right now. Try again.');
      }
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  router
    .route('/readers/:sub/export')
    .get(allowParameters(), async (request, response) => {
      const params = exportRequestSchema.safeParse(request.params);
      if (!params.success) {
        const detail = 'The subject is invalid; see errors.';
        const errors = faultsOf(params.error);
        return sendProblem(response, { status: 400, code: 'invalid_request', detail, errors });
      }
      try {
        response.set('Cache-Control', 'no-store').json(await exportOf(`user:${params.data.sub}`));
      } catch (err) {
        log.warn({ err }, "cannot export a reader's data");
        sendUnavailable(response, "The reader's data cannot be read right now. Try again.");
      }
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}
