const KEY = 'tocsin.token';

interface TokenStorage {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

/** Under which token this tab reads, and which other one its address offered. */
export interface TabTokens {
  token?: string;
  /** Taken only when the reader says so: a link must not change who is signed in. */
  offered?: string;
}

/**
 * The token that the page address gives with `#token=`, to try out `AUTH_MODE=jwt`: it leaves the address at once. In a
 * tab without a token it is kept, over reloads; in one that has another it is only offered.
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

/** The `sub` that a token names, unchecked: to be shown, never to be trusted. */
export function nameOf(token: string): string | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const sub: unknown = claims && typeof claims === 'object' ? Reflect.get(claims, 'sub') : undefined;
    return typeof sub === 'string' && sub !== '' ? sub : undefined;
  } catch {
    // What is no token has no name.
    return undefined;
  }
}
