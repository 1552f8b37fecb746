import { auditQuerySchema, type AuditPage } from '@tocsin/contracts';
import { methodNotAllowed, type Logger } from '@tocsin/service';
import { Router, type Request, type Response } from 'express';
import { findAudit } from '../../ops/audit.ts';
import type { AuditReader } from '../../ops/ports.ts';
import { readQuery } from '../read-query.ts';
import { reportUnavailable } from './unavailable.ts';

const NDJSON = 'application/x-ndjson';

/** `GET /audit`: a page of the audit trail as a single document or as JSON lines. */
export function auditRoutes(reader: AuditReader, log: Logger): Router {
  const router = Router();
  router
    .route('/audit')
    .get(async (request, response) => {
      const query = readQuery(auditQuerySchema, request, response);
      if (!query) return;
      try {
        const page = await findAudit(reader, query);
        response.set('Cache-Control', 'no-store').vary('Accept');
        if (request.accepts(['application/json', NDJSON]) === NDJSON) sendLines(request, response, page);
        else response.json(page);
      } catch (error) {
        reportUnavailable(response, log, {
          error,
          detail: 'The audit trail cannot be read right now. Try again.',
        });
      }
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}

/** Sends one record per line, and a `Link` header (RFC 8288) for the next page. */
function sendLines(request: Request, response: Response, { records, next }: AuditPage): void {
  if (next !== null) {
    const { pathname, searchParams } = new URL(request.originalUrl, 'http://localhost');
    searchParams.set('before', next);
    response.set('Link', `<${pathname}?${searchParams.toString()}>; rel="next"`);
  }
  response.type(NDJSON).send(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
