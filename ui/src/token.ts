const KEY = 'tocsin.token';

/**
 * The token that the page address gives with `#token=`, to try out `AUTH_MODE=jwt`: it leaves the address at once and
 * stays in this tab, over reloads.
 */
export function tokenOf(
  { hash, pathname, search }: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
  storage: { get(key: string): string | null; set(key: string, value: string): void },
): string | undefined {
  const given = new URLSearchParams(hash.slice(1)).get('token');
  if (!given) return storage.get(KEY) ?? undefined;
  storage.set(KEY, given);
  history.replaceState(null, '', pathname + search);
  return given;
}
