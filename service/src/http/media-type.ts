import type { RequestHandler } from 'express';
import { sendProblem } from './problem.ts';

const JSON_MEDIA_TYPE = /^application\/json[\t ]*(?:;(.*))?$/i;
const CHARSET = /(?:^|;)[\t ]*charset[\t ]*=[\t ]*("?)([^";]*)\1[\t ]*(?=;|$)/i;

const isJson = (contentType: string | undefined): boolean => {
  const match = JSON_MEDIA_TYPE.exec(contentType?.trim() ?? '');
  if (!match) return false;
  const charset = CHARSET.exec(match[1] ?? '')?.[2];
  return charset === undefined || /^utf-?8$/i.test(charset.trim());
};

/** Refuses bodies of another media type than `application/json` or another charset than UTF-8. */
export const requireJson: RequestHandler = (request, response, next) => {
  if (isJson(request.get('content-type'))) return next();
  sendProblem(response, {
    status: 415,
    code: 'unsupported_media_type',
    detail: 'The body must be application/json in UTF-8, and the Content-Type header must say so.',
  });
};
