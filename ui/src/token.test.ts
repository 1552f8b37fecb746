import { expect, it } from 'vitest';
import { tokenOf } from './token.ts';

it('should move the token from the address into the tab, and find it there afterwards', () => {
  const kept = new Map<string, string>();
  const storage = {
    get: (key: string) => kept.get(key) ?? null,
    set: (key: string, value: string) => void kept.set(key, value),
  };
  const addresses: unknown[] = [];
  const history = { replaceState: (_data: unknown, _title: string, url?: unknown) => addresses.push(url) };
  const at = (hash: string) => tokenOf({ hash, pathname: '/', search: '?feed=a' }, history, storage);
  expect(at('')).toBe(undefined);
  expect(at('#notifications')).toBe(undefined);
  expect(at('#token=a.b.c')).toBe('a.b.c');
  expect(addresses).toEqual(['/?feed=a']);
  expect(at('')).toBe('a.b.c');
});
