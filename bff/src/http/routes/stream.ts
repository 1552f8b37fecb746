import type { IncomingMessage } from 'node:http';
import { streamQuerySchema, type Position, type StreamQuery } from '@tocsin/contracts';
import { methodNotAllowed, sendProblem, type ProblemDetails } from '@tocsin/service';
import { Router, type Request, type Response } from 'express';
import { mayRead } from '../../auth/may-read.ts';
import type { StreamSink } from '../../connect/event-stream.ts';
import type { EventStreams } from '../../connect/event-streams.ts';
import { positionsOf } from '../../connect/stream-id.ts';
import type { SubscriptionOutcome } from '../../connect/subscriptions.ts';
import { readerOf } from '../../readers/reader.ts';
import { isPermitted } from '../responses.ts';
import { readQuery } from '../read-query.ts';

/** Reserves a slot for a stream. Returns a function that releases the slot, or a problem if no slot is free. */
export type AdmitStream = (
  request: IncomingMessage,
  sub: string | undefined,
) => { problem: ProblemDetails } | { release: () => void };

export interface StreamRoutesOptions {
  streams: EventStreams;
  admitStream: AdmitStream;
  /** Called with `forbidden` if the token doesn't permit one of the feeds. */
  onSubscribed: (outcome: SubscriptionOutcome) => void;
}

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  // Without this, nginx would buffer events instead of sending them immediately.
  'X-Accel-Buffering': 'no',
};

/**
 * `GET /app/stream`: feeds as server-sent events, starting after the positions in the `Last-Event-ID` header or the
 * `lastEventId` parameter.
 */
export function streamRoutes({ streams, admitStream, onSubscribed }: StreamRoutesOptions): Router {
  const router = Router();
  router
    .route('/app/stream')
    .get((request, response) => {
      const query = readQuery(streamQuerySchema, request, response, ['feed']);
      if (!query) return;
      const positions = readPositions(query, request, response);
      if (!positions) return;
      const forbidden = query.feed.find((feed) => !mayRead(request.identity, feed));
      if (forbidden !== undefined) onSubscribed('forbidden');
      if (forbidden !== undefined && !isPermitted(request, response, forbidden)) return;
      if (streams.isDraining) {
        const detail = 'This instance is stopping. Reconnect to any instance.';
        return sendProblem(response, { status: 503, code: 'unavailable', detail, retryAfter: 1 });
      }
      if (request.method === 'HEAD') return void response.writeHead(200, HEADERS).end();
      // The reader might have disconnected while the token was being checked. If so, the response would never emit
      // `close`.
      if (request.socket.destroyed) return;
      const slot = admitStream(request, request.identity?.sub);
      if ('problem' in slot) return sendProblem(response, slot.problem);

      response.writeHead(200, HEADERS).flushHeaders();
      const bearer = {
        reader: readerOf(request.identity, query.clientId),
        ...(request.identity && { identity: request.identity }),
      };
      const feeds = new Map(query.feed.map((feed) => [feed, positions.get(feed)]));
      const stream = streams.add(sinkOf(response), bearer, feeds);
      // The connection hasn't accepted any data for the server's whole idle timeout.
      response.once('timeout', () => stream.abort());
      response.once('close', () => {
        streams.remove(stream);
        slot.release();
      });
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}

/** Reads the positions to start from. If invalid, responds with 400 and returns `undefined`. */
function readPositions(
  { lastEventId }: StreamQuery,
  request: Request,
  response: Response,
): Map<string, Position> | undefined {
  const header = request.headers['last-event-id'];
  const positions = positionsOf(typeof header === 'string' ? header : (lastEventId ?? ''));
  if (!positions)
    sendProblem(response, {
      status: 400,
      code: 'invalid_request',
      detail:
        'The last event id is invalid. It must be the id of an event from this stream, ' +
        'such as all=1-x:12,topic:orders=1-x:7. Omit it to receive only new publications.',
    });
  return positions;
}

const sinkOf = (response: Response): StreamSink => ({
  // An ended response stays open while waiting for the peer or for an earlier response on the connection. Writing to it
  // would emit an error.
  write: (text) => {
    if (!response.writableEnded) response.write(text);
  },
  get waiting() {
    return response.writableLength;
  },
  get isFull() {
    return response.writableNeedDrain;
  },
  onceDrained(listener) {
    const onDrained = (): void => {
      response.off('drain', onDrained);
      response.off('close', onDrained);
      listener();
    };
    response.on('drain', onDrained);
    response.on('close', onDrained);
  },
  end: () => void response.end(),
  abort: () => void response.destroy(),
});
