import { parse } from 'content-type';
import type { RequestHandler } from 'express';
import { sendProblem } from '../problems/problem.ts';

/** Explains why a Content-Type isn't JSON in UTF-8. Used as the end of a sentence. */
function faultOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined) return 'there is no Content-Type header';
  const { type, parameters } = parse(contentType);
  if (type !== 'application/json') return 'the Content-Type header specifies a different media type';
  const { charset } = parameters;
  if (charset === undefined || ['utf-8', 'utf8'].includes(charset.trim().toLowerCase())) return undefined;
  return 'the Content-Type header specifies a different charset';
}

export const requireJson: RequestHandler = (request, response, next) => {
  const fault = faultOf(request.headers['content-type']);
  if (fault === undefined) return next();
  sendProblem(response, {
    status: 415,
    code: 'unsupported_media_type',
    detail: `The body must be application/json in UTF-8, but ${fault}.`,
  });
};
