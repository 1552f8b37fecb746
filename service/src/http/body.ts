import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Request, RequestHandler } from 'express';
import getRawBody from 'raw-body';
import { MAX_REQUEST_BYTES } from '@tocsin/contracts';
import { sendProblem } from './problem.ts';
import { TOO_LARGE, refuseTooLarge } from './too-large.ts';

const INFLATERS = new Map([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);
type Inflater = ReturnType<typeof createGunzip>;

/**
 * Puts the bytes of the body into `request.body`, inflated. One of more than `limit` bytes, as sent or inflated, is
 * answered 413 as soon as its Content-Length or the bytes that have come tell.
 */
export const takeBody =
  (limit = MAX_REQUEST_BYTES): RequestHandler =>
  (request, response, next) => {
    const { headers } = request;
    const length = headers['content-length'];
    // An earlier handler has taken it.
    if (request.readableEnded) return next();
    request.body = Buffer.alloc(0);
    if (length === undefined && headers['transfer-encoding'] === undefined) return next();
    if (Number(length) > limit) return refuseTooLarge(request, response, limit);
    const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
    const inflater = INFLATERS.get(encoding)?.();
    if (!inflater && encoding !== 'identity') {
      return sendProblem(response, {
        status: 415,
        code: 'unsupported_media_type',
        detail:
          'This Content-Encoding is not supported; send the body as it is, or with gzip, deflate or br.',
      });
    }
    if (inflater) inflate(request, inflater, limit);
    const expected = inflater ? null : (length ?? null);
    getRawBody(inflater ?? request, { limit, length: expected }, (error: Error | null, body) => {
      request.unpipe();
      inflater?.destroy();
      if (!error) {
        request.body = body;
        return next();
      }
      if ('type' in error && error.type === TOO_LARGE) return refuseTooLarge(request, response, limit);
      if (!inflater) return next(error);
      sendProblem(response, {
        status: 400,
        code: 'invalid_request',
        detail: `The body is not ${encoding}, as its Content-Encoding says.`,
      });
    });
  };

/** Leads a body through `inflater`, which fails when more than `limit` bytes come: they may inflate to nothing. */
function inflate(request: Request, inflater: Inflater, limit: number): void {
  let sent = 0;
  request.pipe(inflater).on('error', () => undefined);
  request.on('data', ({ length }: Buffer) => {
    sent += length;
    if (sent > limit) inflater.destroy(Object.assign(new Error('too large'), { type: TOO_LARGE }));
  });
  request.once('close', () => request.complete || inflater.destroy());
}
