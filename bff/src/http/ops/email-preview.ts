import { emailPreviewQuerySchema, type EmailPreview } from '@tocsin/contracts';
import { methodNotAllowed, sendProblem } from '@tocsin/service';
import { Router } from 'express';
import { sampleOf } from '../../away/templates/samples.ts';
import type { Templates } from '../../away/templates/templates.ts';
import { readQuery } from '../read-query.ts';

/** `GET /email-preview?language=…&kind=…`: an e-mail with sample content from the deployment's templates. */
export function emailPreviewRoutes(templates: Templates | undefined): Router {
  const router = Router();
  router
    .route('/email-preview')
    .get((request, response) => {
      const query = readQuery(emailPreviewQuerySchema, request, response);
      if (!query) return;
      if (!templates) {
        const detail = 'This deployment sends no e-mails. Set up channels with AWAY_FILE first.';
        return sendProblem(response, { status: 404, code: 'not_found', detail });
      }
      const preview: EmailPreview = {
        ...templates.render(sampleOf(query)),
        overridden: [...templates.overridden],
      };
      response.set('Cache-Control', 'no-store').json(preview);
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}
