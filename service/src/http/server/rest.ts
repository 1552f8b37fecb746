import type { IncomingMessage } from 'node:http';
import { MAX_REQUEST_BYTES } from '@tocsin/contracts';

/** So much of a body that is too large is read after the answer. */
export const REST_BYTES = 64 * 1024;
/** An answered connection is closed so much later, in ms: until then its peer can read the answer. */
export const LINGER_MS = 1_000;

/** Reads up to so many bytes of what is left of a body, then no more: its sender has to wait. */
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
 * Bounds what a request may send on after its answer, which Node would read to the end: one that is not over then
 * loses its connection a second later.
 */
export function boundRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const { socket, headers } = request;
  const isLarge = Number(headers['content-length'] ?? 0) > MAX_REQUEST_BYTES;
  readAtMost(request, isLarge ? REST_BYTES : MAX_REQUEST_BYTES + 1, () => {
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
  });
}
