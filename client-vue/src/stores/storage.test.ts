import { expect, it, vi } from 'vitest';
import { readJson, safeStorage, tabPositions } from './storage.ts';

const blocked = () => {
  throw new Error('blocked');
};

it('should keep values until the page is closed if storage is blocked or full', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const full = { getItem: () => null, setItem: blocked } as unknown as Storage;
  for (const storage of [safeStorage(blocked), safeStorage(() => full)]) {
    storage.set('a', '1');
    expect(storage.get('a')).toBe('1');
    expect(storage.get('b')).toBe(null);
  }
  const message = "Storage failed. Settings and read state won't be saved.";
  expect(warn.mock.calls.map(([text]) => String(text))).toEqual([message, message]);
  warn.mockRestore();
});

it("should return no values while storage can't be read", () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const storage = safeStorage(() => ({ getItem: blocked }) as unknown as Storage);
  expect(storage.get('a')).toBe(null);
  warn.mockRestore();
});

it('should store positions by feed and ignore invalid positions', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const storage = safeStorage(blocked);
  const positions = tabPositions(storage);
  positions.set('all', { epoch: 'e', offset: 3 });
  expect(positions.get('all')).toEqual({ epoch: 'e', offset: 3 });
  expect(positions.get('topic:a')).toBe(undefined);
  storage.set('tocsin.position.all', '{"epoch":1}');
  expect(positions.get('all')).toBe(undefined);
  storage.set('tocsin.position.all', '{');
  expect(readJson(storage, 'tocsin.position.all')).toBe(undefined);
  warn.mockRestore();
});
