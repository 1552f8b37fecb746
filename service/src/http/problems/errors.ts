import type { ErrorRequestHandler, RequestHandler } from 'express';
import { MAX_REQUEST_BYTES } from '@tocsin/contracts';
import type { Logger } from '../../observe/log.ts';
import { sendProblem, type ProblemDetails } from './problem.ts';
import { TOO_LARGE, tooLarge } from '../body/too-large.ts';

/** Rejects methods other than `allowed` on an existing path. GET includes HEAD. */
export const methodNotAllowed = (...allowed: string[]): RequestHandler => {
  const allow = [...new Set(allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method)))];
  return (request, response) => sendProblem(response, unsupportedMethod(request.method, allow));
};

/** The problem for a method that a path does not support. */
export const unsupportedMethod = (method: string, allow: readonly string[]): ProblemDetails => ({
  status: 405,
  code: 'method_not_allowed',
  detail: `${method} is not supported here. Use ${allow.join(' or ')}.`,
  allow,
});

/** The last route. Responds with 404. */
export const notFound: RequestHandler = (request, response) =>
  sendProblem(response, { status: 404, code: 'not_found', detail: `Nothing was found at ${request.path}.` });

/** Problems for body-parser errors, keyed by the error's `type`. https://github.com/expressjs/body-parser#errors */
const BODY_PROBLEMS: Record<string, ProblemDetails> = {
  [TOO_LARGE]: tooLarge(MAX_REQUEST_BYTES),
  'entity.parse.failed': { status: 400, code: 'invalid_json', detail: 'The body is not valid JSON.' },
  'request.size.invalid': {
    status: 400,
    code: 'invalid_json',
    detail: 'The length of the body does not match its Content-Length.',
  },
  'encoding.unsupported': {
    status: 415,
    code: 'unsupported_media_type',
    detail: 'This Content-Encoding is not supported. Send the body uncompressed, or with gzip.',
  },
  'charset.unsupported': {
    status: 415,
    code: 'unsupported_media_type',
    detail: 'This charset is not supported. Send UTF-8.',
  },
};

const property = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined;

/** Converts an error from a route to a problem. Logs internal errors but doesn't reveal them to the caller. */
export const errorHandler =
  (log: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const bodyProblem = BODY_PROBLEMS[String(property(error, 'type'))];
    if (bodyProblem) return sendProblem(response, bodyProblem);
    const status = property(error, 'status');
    if (typeof status === 'number' && status >= 400 && status < 500) {
      return sendProblem(response, {
        status: 400,
        code: 'invalid_request',
        detail: 'The request could not be read.',
      });
    }
    log.error({ err: error, method: request.method, path: request.path }, 'a request failed');
    return sendProblem(response, {
      status: 500,
      code: 'internal_error',
      detail: 'The server failed to handle the request; see its log.',
    });
  };
