import { mutesQuerySchema, putMutesSchema } from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, type Logger } from '@tocsin/service';
import { Router } from 'express';
import type { MuteLists } from '../../readers/preferences/mute-lists.ts';
import { readerOf } from '../../readers/reader.ts';
import { sendUnavailable } from '../responses.ts';
import { jsonBody, readBody } from '../read-body.ts';
import { readQuery } from '../read-query.ts';
import type { OwnerOf } from '../identity.ts';

/** `GET` and `PUT /app/mutes`: a reader's muted feeds and severities. */
export function muteRoutes(mutes: Pick<MuteLists, 'read' | 'set'>, ownerOf: OwnerOf, log: Logger): Router {
  const router = Router();
  router
    .route('/app/mutes')
    .get(async (request, response) => {
      const query = readQuery(mutesQuerySchema, request, response);
      if (!query) return;
      try {
        const muted = await mutes.read(readerOf(request.identity, query.clientId));
        response.set('Cache-Control', 'no-store').json(muted);
      } catch (error) {
        log.warn({ err: error }, 'cannot read mutes');
        sendUnavailable(response, 'Mutes cannot be read right now. Try again.');
      }
    })
    .put(allowParameters(), ...jsonBody, async (request, response) => {
      const body = readBody(putMutesSchema, request, response);
      if (!body) return;
      try {
        await mutes.set(readerOf(request.identity, body.clientId), body, ownerOf(request));
        response.status(204).end();
      } catch (error) {
        log.warn({ err: error }, 'cannot save mutes');
        sendUnavailable(response, 'The change may not have been saved. Try again.');
      }
    })
    .all(methodNotAllowed('GET', 'HEAD', 'PUT'));
  return router;
}
