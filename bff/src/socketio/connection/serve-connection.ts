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
import { Session, type SocketData } from '../../connect/session.ts';
import { Subscriptions, type EndReason, type SubscriptionReads } from '../../connect/subscriptions.ts';
import { encodePage } from '../../recover/encoded.ts';
import { sizeOfPacket } from '../send/backlog.ts';
import { EncodedAnswer } from '../send/encoder.ts';
import { RequestGuard } from './request-guard.ts';

type GatewaySocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;
type Answer = SubscribeAnswer | UnsubscribeAnswer | TokenAnswer | EncodedAnswer;

export interface ConnectionDependencies extends SubscriptionReads {
  auth: Authenticator;
  log: Logger;
  now: () => number;
  /**
   * Called right before a subscription is answered with a position, so that earlier publications are sent
   * first.
   */
  onAnswering: (feed: string) => void;
  /** Told why a connection was ended by this side. */
  onEnded: (reason: EndReason) => void;
  /** Told of each connection of a reader, once it gets what is sent to the reader. */
  onJoined: (reader: string) => void;
  /** Told of each connection of a reader that is gone. */
  onLeft: (reader: string) => void;
}

export const roomOf = (feed: string): string => `feed:${feed}`;
export const readerRoomOf = (reader: string): string => `reader:${reader}`;

/**
 * Serves one connection until it ends. Every request gets an answer; too many invalid ones end the connection.
 * Returns the function that looks again whether its token was revoked, and ends it then.
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
    onEnded,
    onJoined,
    onLeft,
  }: ConnectionDependencies,
): () => void {
  const guard = new RequestGuard();
  let ended = false;

  const end = (code: Exclude<EndReason, 'not_reading'>, message: string): void => {
    if (ended) return;
    ended = true;
    socket.emit('closing', { code, message });
    onEnded(code);
    setImmediate(() => socket.disconnect(true));
  };

  const session = new Session({
    now,
    expiring: (event) => socket.emit('token-expiring', event),
    expired: () => end('token_expired', 'the token has expired; connect with another'),
  });
  const endIfRevoked = (): void => {
    const { identity } = socket.data;
    if (identity && auth.revocations?.refuses(identity)) {
      end('token_revoked', 'the token was revoked; sign in again');
    }
  };
  // Joined before the first request, because later answers may be older than events sent from now on.
  void socket.join(readerRoomOf(socket.data.reader));
  onJoined(socket.data.reader);
  if (socket.data.identity) session.watch(socket.data.identity);
  const subscriptions = new Subscriptions({ views, pages, onSubscribed, bearer: socket.data });

  const invalid = (message: string, code: SocketErrorCode = 'invalid_request'): Answer => {
    if (guard.countInvalid(now())) {
      const text = `${MAX_INVALID_REQUESTS_PER_MINUTE} invalid requests within a minute end the connection`;
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
    if (socket.connected) subscriptions.add(feed);
    // Joins before reading: pushes that arrive meanwhile reach the client, which keeps them until the answer.
    await socket.join(roomOf(feed));
    try {
      const page = await subscriptions.answer(feed, position);
      onAnswering(feed);
      return new EncodedAnswer(encodePage(page, { ok: true }));
    } catch (error) {
      log.warn({ err: error, feed }, 'a subscription has to be repeated');
      return refuse('unavailable', 'the feed cannot be read now; ask again', true);
    }
  };

  const unsubscribe = async (payload: unknown): Promise<Answer> => {
    const request = unsubscribeRequestSchema.safeParse(payload);
    if (!request.success) return invalid(faultText(request.error));
    const { feed } = request.data;
    await socket.leave(roomOf(feed));
    subscriptions.remove(feed);
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
      log.warn({ err: error }, 'a token cannot be checked');
      return refuse('unavailable', 'tokens cannot be checked now; ask again', true);
    }
    if (!identity || !socket.connected) return { ok: true };
    if (identity.sub !== socket.data.identity?.sub) {
      return refuse('forbidden', 'the token is of another sub than that of this connection', false);
    }
    socket.data.identity = identity;
    session.watch(identity);
    endIfRevoked();
    // A feed that the new token does not permit is not left in silence: its client asks again, and is refused.
    if (subscriptions.isAnyForbidden()) {
      end('forbidden', 'the new token permits less than is subscribed; connect again');
    }
    return { ok: true };
  };

  const handlers = new Map<unknown, (payload: unknown) => Promise<Answer>>([
    ['subscribe', subscribe],
    ['unsubscribe', unsubscribe],
    ['token', renew],
  ]);
  // engine.io takes twice as much, so that there is a connection left to say why on.
  const measure = (packet: { data?: unknown }): void => {
    if (sizeOfPacket(packet) * 3 <= MAX_CLIENT_MESSAGE_BYTES || bytesOf(packet) <= MAX_CLIENT_MESSAGE_BYTES)
      return;
    end('message_too_large', `a message may have ${MAX_CLIENT_MESSAGE_BYTES} bytes`);
  };
  socket.conn.on('packet', measure);

  // Whatever a client sent as the name of its event: it need not be text.
  socket.onAny((event: unknown, ...args: unknown[]) => {
    if (ended) return;
    const acknowledge = args.at(-1);
    const answer = (value: Answer) => {
      if (typeof acknowledge === 'function') (acknowledge as (answer: Answer) => void)(value);
    };
    const verdict = guard.judge(now());
    if (verdict !== 'take') {
      const text = `a connection may send ${MAX_REQUESTS_PER_SECOND} requests a second`;
      if (verdict === 'end') end('too_many_requests', text);
      return answer(refuse('too_many_requests', `${text}; ask again later`, true));
    }
    const handle = handlers.get(event);
    if (!handle) {
      const name = typeof event === 'string' ? event.slice(0, 40) : 'what has no name';
      return answer(invalid(`${name} is no event of this server`, 'unknown_event'));
    }
    if (typeof acknowledge !== 'function' || args.length !== 2) {
      return answer(invalid(`${String(event)} takes one object and an acknowledgement`));
    }
    handle(args[0]).then(answer, (error: unknown) => {
      log.error({ err: error }, 'a request of a client failed');
      answer(refuse('unavailable', 'this failed on our side; ask again', true));
    });
  });

  socket.on('disconnect', () => {
    session.stop();
    subscriptions.close();
    onLeft(socket.data.reader);
    // A session that has left the namespace could stay for ever: socket.io waits only for the first connect.
    socket.conn.close();
  });
  // The token may have been revoked since its check.
  endIfRevoked();
  return endIfRevoked;
}

const bytesOf = ({ data }: { data?: unknown }): number =>
  typeof data === 'string' || Buffer.isBuffer(data) ? Buffer.byteLength(data) : 0;

const refuse = (code: SocketErrorCode, message: string, temporary: boolean): Answer => ({
  ok: false,
  error: { code, message, temporary },
});

/** A socket's answer names so many faults, each in so many characters at most: an answer has 256 KB. */
const MAX_FAULTS = 20;
const MAX_FAULT_LENGTH = 200;

function faultText(error: z.ZodError): string {
  const faults = faultsOf(error);
  const named = faults
    .slice(0, MAX_FAULTS)
    .map(({ path, message }) => (path ? `${path}: ${message}` : message).slice(0, MAX_FAULT_LENGTH));
  if (faults.length > MAX_FAULTS) named.push(`and ${faults.length - MAX_FAULTS} more`);
  return named.join('; ');
}
