import { describe, expect, it } from 'vitest';
import { keepToken, nameOf, takeToken } from './token.ts';

function openTab() {
  const stored = new Map<string, string>();
  const storage = {
    get: (key: string) => stored.get(key) ?? null,
    set: (key: string, value: string) => void stored.set(key, value),
  };
  const addresses: unknown[] = [];
  const history = { replaceState: (_data: unknown, _title: string, url?: unknown) => addresses.push(url) };
  const at = (hash: string) => takeToken({ hash, pathname: '/', search: '?feed=a' }, history, storage);
  return { at, addresses, storage };
}

describe('a token in the URL', () => {
  it('should be stored in a tab without a token', () => {
    const { at, addresses } = openTab();
    expect(at('')).toEqual({});
    expect(at('#notifications')).toEqual({});
    expect(at('#token=a.b.c')).toEqual({ token: 'a.b.c' });
    expect(addresses).toEqual(['/?feed=a']);
    expect(at('')).toEqual({ token: 'a.b.c' });
    expect(at('#token=a.b.c')).toEqual({ token: 'a.b.c' });
  });

  it('should only be offered in a tab with another token and be removed from the URL', () => {
    const { at, addresses, storage } = openTab();
    at('#token=mine');
    expect(at('#token=theirs')).toEqual({ token: 'mine', offered: 'theirs' });
    expect(addresses).toHaveLength(2);
    expect(at('')).toEqual({ token: 'mine' });
    expect(at('#token=')).toEqual({ token: 'mine' });
    expect(addresses).toHaveLength(3);
    keepToken('theirs', storage);
    expect(at('')).toEqual({ token: 'theirs' });
  });
});

it("should return the token's reader", () => {
  const token = (payload: unknown) => `x.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.x`;
  expect(nameOf(token({ sub: 'zoë ÿ?>' }))).toBe('zoë ÿ?>');
  for (const unreadable of [
    '',
    'a',
    'a.b.c',
    token({}),
    token({ sub: 1 }),
    token(null),
    token({ sub: '' }),
  ]) {
    expect(nameOf(unreadable)).toBeUndefined();
  }
});
