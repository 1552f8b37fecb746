import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { MAX_TOKEN_LENGTH } from '../limits.ts';
import type { Page } from '../feed/page.ts';
import { positionSchema } from '../feed/publication.ts';

/**
 * The `subscribe` request. The response contains the feed's head or, if `position` is set, the publications after that
 * position.
 */
export const subscribeRequestSchema = z.strictObject({
  feed: feedSchema,
  position: positionSchema.optional(),
});
export type SubscribeRequest = z.infer<typeof subscribeRequestSchema>;

export const unsubscribeRequestSchema = z.strictObject({ feed: feedSchema });
export type UnsubscribeRequest = z.infer<typeof unsubscribeRequestSchema>;

/** A socket.io connection's `auth`. */
export const handshakeSchema = z.object({
  token: z.string().max(MAX_TOKEN_LENGTH).optional(),
  clientId: z.string().max(128).optional(),
});

/**
 * The `token` request, which replaces the connection's token so that the connection stays open. The new token must have
 * the same `sub`.
 */
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

/** `temporary` means that the same request can succeed later. */
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

export interface ClientToServerEvents {
  subscribe: (request: SubscribeRequest, callback: (response: SubscribeAnswer) => void) => void;
  unsubscribe: (request: UnsubscribeRequest, callback: (response: UnsubscribeAnswer) => void) => void;
  token: (request: TokenRequest, callback: (response: TokenAnswer) => void) => void;
}
