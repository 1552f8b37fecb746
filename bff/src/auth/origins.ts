/**
 * Returns `text` if it is an http(s) origin exactly as browsers send it; otherwise `undefined`, for example if it
 * contains `*`.
 */
export function originOf(text: string): string | undefined {
  if (!URL.canParse(text) || text.includes('*')) return undefined;
  const { origin, protocol } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && text === origin ? origin : undefined;
}

/**
 * Whether a page from `origin` may call this host: either the page is from this host, or its origin is on the list. The
 * scheme is not compared, because a proxy may have terminated TLS. A request without an origin cannot come from a page
 * on another origin.
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
