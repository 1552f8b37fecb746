/** The origin in the form of browsers, or `undefined` if `text` is not an origin. `*` is not one. */
export function originOf(text: string): string | undefined {
  if (!URL.canParse(text) || text.includes('*')) return undefined;
  const { origin, protocol } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && text === origin ? origin : undefined;
}

/**
 * True if a page of `origin` may call: it is of the host that was called (a proxy may have taken off TLS, so the
 * scheme is not compared), or it is on the list. Who sends no origin is no page of another one.
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
