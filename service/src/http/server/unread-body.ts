import type { IncomingMessage } from 'node:http';
import { MAX_REQUEST_BYTES } from '@tocsin/contracts';

/** Maximum number of bytes to read from an oversized body after the response. */
export const UNREAD_BYTES = 64 * 1024;
/** Time (ms) to keep a connection open after the response so that the peer can read the response. */
export const LINGER_MS = 1_000;

/** Reads up to `bytes` more of a body, then pauses, which makes the sender wait. */
export function readAtMost(request: IncomingMessage, bytes: number, onMore?: () => void): void {
  let left = bytes;
  request.on('data', ({ length }: Buffer) => {
    const before = left;
    left -= length;
    if (left > 0) return;
    request.pause();
    if (before > 0) onMore?.();
  });
  request.resume();
}

/**
 * Limits how much of a request is read after the response. Node itself would read to the end. If the limit is exceeded,
 * the connection is closed a second later.
 */
export function boundUnreadBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const { socket, headers } = request;
  const isLarge = Number(headers['content-length'] ?? 0) > MAX_REQUEST_BYTES;
  readAtMost(request, isLarge ? UNREAD_BYTES : MAX_REQUEST_BYTES + 1, () => {
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
  });
}
