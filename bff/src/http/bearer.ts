import type { Request } from 'express';

const BEARER = /^Bearer +(\S+)$/i;

/**
 * The token from the Authorization header (RFC 6750). `undefined` if there isn't exactly one header, or it uses another
 * scheme.
 */
export function bearerOf(request: Pick<Request, 'headersDistinct'>): string | undefined {
  const headers = request.headersDistinct.authorization ?? [];
  return headers.length === 1 ? BEARER.exec(headers[0] ?? '')?.[1] : undefined;
}
