import { Router } from 'express';
import { allowParameters } from '../guards/query.ts';
import { methodNotAllowed } from '../problems/errors.ts';

/**
 * Routes that send API documents as JSON, for example to client generators. Each document is created when it is first
 * requested.
 */
export function apiDocumentRoutes(documents: Record<string, () => object>): Router {
  const router = Router();
  for (const [path, create] of Object.entries(documents)) {
    let json: string | undefined;
    router
      .route(path)
      .get(allowParameters(), (_request, response) => {
        json ??= JSON.stringify(create());
        response.type('application/json').send(json);
      })
      .all(methodNotAllowed('GET', 'HEAD'));
  }
  return router;
}
