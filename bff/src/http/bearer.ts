import type { Request } from 'express';

const BEARER = /^Bearer +(\S+)$/i;

/**
 * Returns the token from the Authorization header (RFC 6750). `undefined` if the header is missing, is repeated or uses
 * another scheme.
 */
export function bearerOf(request: Pick<Request, 'headersDistinct'>): string | undefined {
  const headers = request.headersDistinct.authorization ?? [];
  return headers.length === 1 ? BEARER.exec(headers[0] ?? '')?.[1] : undefined;
}
