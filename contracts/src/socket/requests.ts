import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { MAX_TOKEN_LENGTH } from '../limits.ts';
import type { Page } from '../feed/page.ts';
import { positionSchema, type Publication } from '../feed/publication.ts';
import type { Mutes, ReadState } from '../reader/read.ts';

/** `subscribe`: without a position the answer is where the feed stands; with one it is what was missed. */
export const subscribeRequestSchema = z.strictObject({
  feed: feedSchema,
  position: positionSchema.optional(),
});
export type SubscribeRequest = z.infer<typeof subscribeRequestSchema>;

export const unsubscribeRequestSchema = z.strictObject({ feed: feedSchema });
export type UnsubscribeRequest = z.infer<typeof unsubscribeRequestSchema>;

/** What the client offers when it connects. */
export const handshakeSchema = z.object({
  token: z.string().max(MAX_TOKEN_LENGTH).optional(),
  clientId: z.string().max(128).optional(),
});

/** `token`: another one for the same `sub`, so that the connection lives on. */
export const tokenRequestSchema = z.strictObject({ token: z.string().max(MAX_TOKEN_LENGTH) });
export type TokenRequest = z.infer<typeof tokenRequestSchema>;

export const SOCKET_ERROR_CODES = [
  'invalid_request',
  'unknown_event',
  'too_many_feeds',
  'too_many_connections',
  'too_many_invalid_requests',
  'too_many_requests',
  'message_too_large',
  'unavailable',
  'unauthorized',
  'forbidden',
] as const;
export type SocketErrorCode = (typeof SOCKET_ERROR_CODES)[number];

/** `temporary` says whether the same request may succeed later. */
export interface SocketError {
  code: SocketErrorCode;
  message: string;
  temporary: boolean;
}
export interface Refusal {
  ok: false;
  error: SocketError;
}
export type SubscribeAnswer = ({ ok: true } & Page) | Refusal;
export type UnsubscribeAnswer = { ok: true } | Refusal;
export type TokenAnswer = { ok: true } | Refusal;

/** Offsets ascend by 1 within one event. */
export interface PublicationsEvent {
  feed: string;
  epoch: string;
  publications: Publication[];
}
/** Where the feed stands, at least every 10 s for each feed that a connection has subscribed to. */
export interface PositionEvent {
  feed: string;
  epoch: string;
  offset: number;
}
/** These were retracted just now; `publications` says so too, in the feed's order. */
export interface RetractedEvent {
  feed: string;
  ids: string[];
}
/** What this connection's reader has read of the feed by now, here or elsewhere. */
export interface ReadEvent extends ReadState {
  feed: string;
  epoch: string;
}
/** What this connection's reader has muted by now, here or elsewhere. */
export type MutesEvent = Mutes;
/** The instance is about to stop: connect again, to any instance, after this many milliseconds. */
export interface DrainingEvent {
  reconnectAfterMs: number;
}
/** The token ends, and with it the connection, unless another one comes in a `token` event. */
export interface TokenExpiringEvent {
  expiresInMs: number;
}
/** The server ends this connection. */
export interface ClosingEvent {
  code: string;
  message: string;
}

export interface ServerToClientEvents {
  publications: (event: PublicationsEvent) => void;
  position: (event: PositionEvent) => void;
  retracted: (event: RetractedEvent) => void;
  read: (event: ReadEvent) => void;
  mutes: (event: MutesEvent) => void;
  draining: (event: DrainingEvent) => void;
  'token-expiring': (event: TokenExpiringEvent) => void;
  closing: (event: ClosingEvent) => void;
}
export interface ClientToServerEvents {
  subscribe: (request: SubscribeRequest, answer: (answer: SubscribeAnswer) => void) => void;
  unsubscribe: (request: UnsubscribeRequest, answer: (answer: UnsubscribeAnswer) => void) => void;
  token: (request: TokenRequest, answer: (answer: TokenAnswer) => void) => void;
}
