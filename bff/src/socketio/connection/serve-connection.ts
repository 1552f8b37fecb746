import {
  MAX_CLIENT_MESSAGE_BYTES,
  MAX_INVALID_REQUESTS_PER_MINUTE,
  MAX_REQUESTS_PER_SECOND,
  faultsOf,
  subscribeRequestSchema,
  tokenRequestSchema,
  unsubscribeRequestSchema,
  type ClientToServerEvents,
  type Identity,
  type ServerToClientEvents,
  type SocketErrorCode,
  type SubscribeAnswer,
  type TokenAnswer,
  type UnsubscribeAnswer,
} from '@tocsin/contracts';
import type { Logger } from '@tocsin/service';
import type { DefaultEventsMap, Socket } from 'socket.io';
import type { z } from 'zod';
import type { Authenticator } from '../../auth/authenticator.ts';
import { AuthError } from '../../auth/errors.ts';
import type { AcknowledgedPublications } from '../../connect/acknowledged.ts';
import type { SocketData } from '../../connect/socket-data.ts';
import { Subscriptions, type EndReason, type SubscriptionDependencies } from '../../connect/subscriptions.ts';
import { TokenExpiry } from '../../connect/token-expiry.ts';
import { encodePage } from '../../recover/page/encoded.ts';
import { sizeOfPacket } from '../send/backlog.ts';
import { EncodedAnswer } from '../send/encoder.ts';
import { RequestGuard } from './request-guard.ts';

type GatewaySocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;
type Answer = SubscribeAnswer | UnsubscribeAnswer | TokenAnswer | EncodedAnswer;

export interface ConnectionDependencies extends SubscriptionDependencies {
  auth: Authenticator;
  log: Logger;
  now: () => number;
  /** Called just before answering a subscription, so that queued publications are sent first. */
  onAnswering: (feed: string) => void;
  /**
   * The publications that the client has acknowledged by answering pings. Not set if another server sends the pings, as
   * with Azure.
   */
  acknowledged?: AcknowledgedPublications | undefined;
  onEnded: (reason: EndReason) => void;
  /** Called with the reader when the connection opens and when it subscribes to another feed. */
  onJoined: (reader: string) => void;
  onLeft: (reader: string) => void;
}

export const roomOf = (feed: string): string => `feed:${feed}`;
export const readerRoomOf = (reader: string): string => `reader:${reader}`;

/**
 * Serves a connection until it ends. Every request gets a response, but too many invalid requests end the connection.
 * Returns a function that ends the connection if the token was revoked.
 */
export function serveConnection(
  socket: GatewaySocket,
  {
    auth,
    views,
    pages,
    log,
    now,
    onSubscribed,
    onAnswering,
    acknowledged,
    onEnded,
    onJoined,
    onLeft,
  }: ConnectionDependencies,
): () => void {
  const guard = new RequestGuard();
  let hasEnded = false;

  const end = (code: Exclude<EndReason, 'not_reading'>, message: string): void => {
    if (hasEnded) return;
    hasEnded = true;
    socket.emit('closing', { code, message });
    onEnded(code);
    setImmediate(() => socket.disconnect(true));
  };

  const tokenExpiry = new TokenExpiry({
    now,
    expiring: (event) => socket.emit('token-expiring', event),
    expired: () => end('token_expired', 'the token has expired; reconnect with a new one'),
  });
  const endIfRevoked = (): void => {
    const { identity } = socket.data;
    if (identity && auth.revocations?.refuses(identity)) {
      end('token_revoked', 'the token was revoked; sign in again');
    }
  };
  // Join before the first request, or the client could miss an event that is sent while the request is answered.
  void socket.join(readerRoomOf(socket.data.reader));
  onJoined(socket.data.reader);
  if (socket.data.identity) tokenExpiry.watch(socket.data.identity);
  const subscriptions = new Subscriptions({ views, pages, onSubscribed, bearer: socket.data });

  const invalid = (message: string, code: SocketErrorCode = 'invalid_request'): Answer => {
    if (guard.countInvalid(now())) {
      const text = `the connection sent ${MAX_INVALID_REQUESTS_PER_MINUTE} invalid requests within a minute`;
      end('too_many_invalid_requests', text);
    }
    return refuse(code, message, false);
  };

  const subscribe = async (payload: unknown): Promise<Answer> => {
    const request = subscribeRequestSchema.safeParse(payload);
    if (!request.success) return invalid(faultText(request.error));
    const { feed, position } = request.data;
    const refusal = subscriptions.refusal(feed);
    if (refusal) return { ok: false, error: refusal };
    if (socket.connected && !subscriptions.has(feed)) {
      subscriptions.add(feed);
      // Until now, the client ignored events about this feed. Report the reader again, so that events about the
      // reader's ended snoozes are resent.
      onJoined(socket.data.reader);
    }
    // Join before reading, so that the client gets publications that arrive during the read. It buffers them until it
    // gets the answer.
    await socket.join(roomOf(feed));
    try {
      const page = await subscriptions.answer(feed, position);
      onAnswering(feed);
      // The client could have unsubscribed by now.
      if (subscriptions.has(feed)) acknowledged?.subscribed(feed, position, page);
      return new EncodedAnswer(encodePage(page, { ok: true }));
    } catch (error) {
      log.warn({ err: error, feed }, 'cannot answer a subscription; the client will retry');
      return refuse('unavailable', 'the feed cannot be read right now; try again', true);
    }
  };

  const unsubscribe = async (payload: unknown): Promise<Answer> => {
    const request = unsubscribeRequestSchema.safeParse(payload);
    if (!request.success) return invalid(faultText(request.error));
    const { feed } = request.data;
    // Remove the feed before the first await, since a new subscription to it can follow in the same message.
    subscriptions.remove(feed);
    acknowledged?.unsubscribed(feed);
    await socket.leave(roomOf(feed));
    return { ok: true };
  };

  const renew = async (payload: unknown): Promise<Answer> => {
    const request = tokenRequestSchema.safeParse(payload);
    if (!request.success) return invalid(faultText(request.error));
    let identity: Identity | undefined;
    try {
      identity = await auth.identify(request.data.token);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      if (!error.temporary) return invalid(error.message, 'unauthorized');
      log.warn({ err: error }, 'cannot check a token');
      return refuse('unavailable', 'tokens cannot be checked right now; try again', true);
    }
    if (!identity || !socket.connected) return { ok: true };
    if (identity.sub !== socket.data.identity?.sub) {
      return refuse('forbidden', "the token's sub differs from this connection's", false);
    }
    socket.data.identity = identity;
    tokenExpiry.watch(identity);
    endIfRevoked();
    // If the new token forbids a subscribed feed, end the connection. Otherwise, the client would miss events without
    // knowing. When the client reconnects, its subscription is refused.
    if (subscriptions.isAnyForbidden()) {
      end('forbidden', 'the new token does not permit all subscribed feeds; reconnect');
    }
    return { ok: true };
  };

  const handlers = new Map<unknown, (payload: unknown) => Promise<Answer>>([
    ['subscribe', subscribe],
    ['unsubscribe', unsubscribe],
    ['token', renew],
  ]);
  // engine.io accepts up to double the limit, so the connection stays open and can report the reason.
  const endIfTooLarge = (packet: { data?: unknown }): void => {
    if (sizeOfPacket(packet) * 3 <= MAX_CLIENT_MESSAGE_BYTES || bytesOf(packet) <= MAX_CLIENT_MESSAGE_BYTES)
      return;
    end('message_too_large', `a message can have at most ${MAX_CLIENT_MESSAGE_BYTES} bytes`);
  };
  socket.conn.on('packet', endIfTooLarge);
  if (acknowledged) {
    socket.conn.on('packetCreate', ({ type }: { type: string }) => {
      if (type === 'ping') acknowledged.pingSent();
    });
    socket.conn.on('heartbeat', () => acknowledged.pongReceived());
  }

  // The event name comes from the client and can have any type.
  socket.onAny((event: unknown, ...args: unknown[]) => {
    if (hasEnded) return;
    const acknowledge = args.at(-1);
    const answer = (value: Answer) => {
      if (typeof acknowledge === 'function') (acknowledge as (answer: Answer) => void)(value);
    };
    const verdict = guard.judge(now());
    if (verdict !== 'accept') {
      const text = `a connection can send at most ${MAX_REQUESTS_PER_SECOND} requests per second`;
      if (verdict === 'end') end('too_many_requests', text);
      return answer(refuse('too_many_requests', `${text}; try again later`, true));
    }
    const handle = handlers.get(event);
    if (!handle) {
      const name = typeof event === 'string' ? event.slice(0, 40) : 'the unnamed event';
      return answer(invalid(`${name} is not a known event`, 'unknown_event'));
    }
    if (typeof acknowledge !== 'function' || args.length !== 2) {
      return answer(invalid(`${String(event)} requires one object and an acknowledgement`));
    }
    handle(args[0]).then(answer, (error: unknown) => {
      log.error({ err: error }, "a client's request failed");
      answer(refuse('unavailable', 'internal error; try again', true));
    });
  });

  socket.on('disconnect', () => {
    tokenExpiry.stop();
    subscriptions.close();
    onLeft(socket.data.reader);
    // Close the engine.io session too, or it could stay open forever after leaving the namespace: socket.io only limits
    // the wait for the first connect.
    socket.conn.close();
  });
  // The token could have been revoked since it was checked.
  endIfRevoked();
  return endIfRevoked;
}

const bytesOf = ({ data }: { data?: unknown }): number =>
  typeof data === 'string' || Buffer.isBuffer(data) ? Buffer.byteLength(data) : 0;

const refuse = (code: SocketErrorCode, message: string, temporary: boolean): Answer => ({
  ok: false,
  error: { code, message, temporary },
});

/** Limits for a response's error list, which keep it far below the limit of 256 KB for a response. */
const MAX_FAULTS = 20;
const MAX_FAULT_LENGTH = 200;

function faultText(error: z.ZodError): string {
  const faults = faultsOf(error);
  const lines = faults
    .slice(0, MAX_FAULTS)
    .map(({ path, message }) => (path ? `${path}: ${message}` : message).slice(0, MAX_FAULT_LENGTH));
  if (faults.length > MAX_FAULTS) lines.push(`and ${faults.length - MAX_FAULTS} more`);
  return lines.join('; ');
}
