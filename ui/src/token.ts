const KEY = 'tocsin.token';

interface TokenStorage {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

/** This tab's token, and another one that its URL offered. */
export interface TabTokens {
  token?: string;
  /** Taken only with the reader's consent: a link must not change who is signed in. */
  offered?: string;
}

/**
 * Takes the token from `#token=` of the page's URL, to try out `AUTH_MODE=jwt`, and removes it from the URL at once. A
 * tab without a token keeps it across reloads; a tab with another token only offers it.
 */
export function takeToken(
  { hash, pathname, search }: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
  storage: TokenStorage,
): TabTokens {
  const parameters = new URLSearchParams(hash.slice(1));
  const given = parameters.get('token') ?? '';
  if (parameters.has('token')) history.replaceState(null, '', pathname + search);
  const kept = storage.get(KEY) ?? '';
  if (!given || given === kept) return kept ? { token: kept } : {};
  if (kept) return { token: kept, offered: given };
  keepToken(given, storage);
  return { token: given };
}

export const keepToken = (token: string, storage: Pick<TokenStorage, 'set'>): void => storage.set(KEY, token);

/** The `sub` in a token, unverified: for display only. */
export function nameOf(token: string): string | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const sub: unknown = claims && typeof claims === 'object' ? Reflect.get(claims, 'sub') : undefined;
    return typeof sub === 'string' && sub !== '' ? sub : undefined;
  } catch {
    // An invalid token names no reader.
    return undefined;
  }
}
