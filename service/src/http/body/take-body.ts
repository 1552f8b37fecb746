import { PassThrough, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Request, RequestHandler } from 'express';
import getRawBody from 'raw-body';
import { MAX_REQUEST_BYTES } from '@tocsin/contracts';
import { BODIES_FULL, SMALL_BODY_BYTES, bodiesFull, createShare, type BodyShare } from './body-budget.ts';
import { sendProblem } from '../problems/problem.ts';
import { TOO_LARGE, refuseTooLarge } from './too-large.ts';

const INFLATERS = new Map([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * Reads the decompressed body into `request.body`. Responds with 413 as soon as the Content-Length, the received bytes
 * or the decompressed bytes exceed `limit`. Responds with 503 if the body exceeds the budget of `boundBodies`. The
 * budget counts a small body's Content-Length immediately, and a large body's bytes as they arrive. All bytes are
 * returned to the budget when the response closes.
 */
export const takeBody =
  (limit = MAX_REQUEST_BYTES): RequestHandler =>
  (request, response, next) => {
    const { headers } = request;
    const length = headers['content-length'];
    // An earlier handler has already read the body.
    if (request.readableEnded) return next();
    request.body = Buffer.alloc(0);
    if (length === undefined && headers['transfer-encoding'] === undefined) return next();
    if (Number(length) > limit) return refuseTooLarge(request, response, limit);
    const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
    const createInflater = INFLATERS.get(encoding);
    if (!createInflater && encoding !== 'identity') {
      return sendProblem(response, {
        status: 415,
        code: 'unsupported_media_type',
        detail:
          'This Content-Encoding is not supported. Send the body uncompressed, or with gzip, deflate or br.',
      });
    }
    // If the client disconnected while an earlier handler was waiting, the response is already closed, so the body's
    // share would never be returned to the budget.
    if (request.socket.destroyed) return;
    const share = createShare(request);
    if (share) response.once('close', () => share.close());
    // Count a large body's bytes as they arrive. Otherwise, a large Content-Length could use up the budget before any
    // data is sent.
    const isSmall = length !== undefined && Number(length) <= SMALL_BODY_BYTES;
    if (isSmall && share?.growTo(Number(length)) === false) return sendProblem(response, bodiesFull);
    const inflater = createInflater?.();
    const bodyStream = inflater ?? (share && !isSmall ? new PassThrough() : undefined);
    if (bodyStream) pipeBounded(request, bodyStream, limit, share);
    const expected = bodyStream ? null : (length ?? null);
    getRawBody(bodyStream ?? request, { limit, length: expected }, (error: Error | null, body) => {
      request.unpipe();
      bodyStream?.destroy();
      if (!error) {
        request.body = body;
        return next();
      }
      const type = 'type' in error ? error.type : undefined;
      if (type === TOO_LARGE) return refuseTooLarge(request, response, limit);
      if (type === BODIES_FULL) return sendProblem(response, bodiesFull);
      if (!inflater) return next(error);
      sendProblem(response, {
        status: 400,
        code: 'invalid_request',
        detail: `The Content-Encoding header specifies ${encoding}, but the body is not valid ${encoding}.`,
      });
    });
  };

/**
 * Pipes a body through `stream`. Fails if the output exceeds the budget, or the input exceeds `limit` (a large input
 * can decompress to almost nothing).
 */
function pipeBounded(request: Request, stream: Transform, limit: number, share: BodyShare | undefined): void {
  const fail = (type: string) => stream.destroy(Object.assign(new Error(type), { type }));
  let [bytesIn, bytesOut] = [0, 0];
  request.pipe(stream).on('error', () => undefined);
  request.on('data', ({ length }: Buffer) => {
    bytesIn += length;
    if (bytesIn > limit) fail(TOO_LARGE);
  });
  stream.on('data', ({ length }: Buffer) => {
    bytesOut += length;
    if (share?.growTo(bytesOut) === false) fail(BODIES_FULL);
  });
  request.once('close', () => request.complete || stream.destroy());
}
