/**
 * Returns `text` if it's an http(s) origin exactly as browsers send it, otherwise `undefined`. Wildcards are not
 * allowed.
 */
export function originOf(text: string): string | undefined {
  if (!URL.canParse(text) || text.includes('*')) return undefined;
  const { origin, protocol } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && text === origin ? origin : undefined;
}

/**
 * Whether a page from `origin` can call this host. The page must come from this host, or its origin must be on the
 * list. Ignores the scheme because a proxy might have terminated TLS. A request without an origin is allowed: a page on
 * another origin might be able to send such a request, but can't read the response.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  if (originOf(origin) === undefined || host === undefined) return false;
  const { protocol, host: originHost } = new URL(origin);
  const called = `${protocol}//${host}`;
  return URL.canParse(called) && new URL(called).host === originHost;
}
