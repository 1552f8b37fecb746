import { apiDocumentRoutes } from '@tocsin/service';
import { asyncApiDocument } from './asyncapi.ts';
import { openApiDocument } from './openapi.ts';

/** `GET /openapi.json` and `GET /asyncapi.json`. */
export const specRoutes = apiDocumentRoutes({
  '/openapi.json': openApiDocument,
  '/asyncapi.json': asyncApiDocument,
});
