const KEY = 'tocsin.token';

interface TokenStorage {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

/** This tab's token, and the token from the URL if it differs. */
export interface TabTokens {
  token?: string;
  /** Used only with the reader's consent because a link must not change who is signed in. */
  offered?: string;
}

/**
 * Takes the token from `#token=` in the page's URL and immediately removes it from the URL. Such links are for trying
 * out `AUTH_MODE=jwt`. A tab without a token stores the new token, which then survives reloads. If the tab already has
 * a different token, the new token is only offered.
 */
export function takeToken(
  { hash, pathname, search }: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
  storage: TokenStorage,
): TabTokens {
  const parameters = new URLSearchParams(hash.slice(1));
  const offered = parameters.get('token') ?? '';
  if (parameters.has('token')) history.replaceState(null, '', pathname + search);
  const stored = storage.get(KEY) ?? '';
  if (!offered || offered === stored) return stored ? { token: stored } : {};
  if (stored) return { token: stored, offered };
  keepToken(offered, storage);
  return { token: offered };
}

export const keepToken = (token: string, storage: Pick<TokenStorage, 'set'>): void => storage.set(KEY, token);

/** Returns a token's unverified `sub`, for display only. */
export function nameOf(token: string): string | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const sub: unknown = claims && typeof claims === 'object' ? Reflect.get(claims, 'sub') : undefined;
    return typeof sub === 'string' && sub !== '' ? sub : undefined;
  } catch {
    // An invalid token has no reader.
    return undefined;
  }
}
