import { markReadSchema } from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, type Logger } from '@tocsin/service';
import { Router } from 'express';
import type { Readers } from '../../readers/readers.ts';
import { readerOf } from '../../readers/reader.ts';
import { isPermitted, sendUnavailable } from '../responses.ts';
import { jsonBody, readBody } from '../read-body.ts';
import type { OwnerOf } from '../identity.ts';

/** `POST /app/notifications/read`: marks notifications in a feed as read. */
export function readRoutes(markRead: Readers['markRead'], ownerOf: OwnerOf, log: Logger): Router {
  const router = Router();
  router
    .route('/app/notifications/read')
    .post(allowParameters(), ...jsonBody, async (request, response) => {
      const body = readBody(markReadSchema, request, response);
      if (!body || !isPermitted(request, response, body.feed)) return;
      const { clientId, ...mark } = body;
      try {
        await markRead(readerOf(request.identity, clientId), mark, ownerOf(request));
        response.status(204).end();
      } catch (error) {
        log.warn({ err: error, feed: mark.feed }, 'cannot save read marks');
        sendUnavailable(response, 'The change may not have been saved. Try again.');
      }
    })
    .all(methodNotAllowed('POST'));
  return router;
}
