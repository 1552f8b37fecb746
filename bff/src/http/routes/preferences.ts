import { patchPreferencesSchema, preferencesQuerySchema, putPreferencesSchema } from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, type Logger } from '@tocsin/service';
import { Router, type RequestHandler } from 'express';
import type { z } from 'zod';
import type { PreferencesChange, ReaderPreferences } from '../../readers/preferences/preferences.ts';
import { sendUnavailable } from '../responses.ts';
import { requireReader } from '../require-reader.ts';
import type { OwnerOf } from '../identity.ts';
import { jsonBody, readBody } from '../read-body.ts';
import { readQuery } from '../read-query.ts';

/** `GET`, `PUT` (all members) and `PATCH` (only the given members) of `/app/preferences`. */
export function preferencesRoutes(
  preferences: Pick<ReaderPreferences, 'read' | 'change'>,
  ownerOf: OwnerOf,
  log: Logger,
): Router {
  const router = Router();
  const change =
    (schema: z.ZodType<PreferencesChange & { clientId?: string | undefined }>): RequestHandler =>
    async (request, response) => {
      const body = readBody(schema, request, response);
      if (!body) return;
      const { clientId, ...members } = body;
      const reader = requireReader(request, response, clientId);
      if (reader === undefined) return;
      try {
        await preferences.change(reader, members, ownerOf(request));
        response.status(204).end();
      } catch (error) {
        log.warn({ err: error }, 'cannot save preferences');
        sendUnavailable(response, 'The change may not have been saved. Try again.');
      }
    };
  router
    .route('/app/preferences')
    .get(async (request, response) => {
      const query = readQuery(preferencesQuerySchema, request, response);
      if (!query) return;
      const reader = requireReader(request, response, query.clientId);
      if (reader === undefined) return;
      try {
        response.set('Cache-Control', 'no-store').json(await preferences.read(reader));
      } catch (error) {
        log.warn({ err: error }, 'cannot read preferences');
        sendUnavailable(response, 'Preferences cannot be read right now. Try again.');
      }
    })
    .put(allowParameters(), ...jsonBody, change(putPreferencesSchema))
    .patch(allowParameters(), ...jsonBody, change(patchPreferencesSchema))
    .all(methodNotAllowed('GET', 'HEAD', 'PUT', 'PATCH'));
  return router;
}
