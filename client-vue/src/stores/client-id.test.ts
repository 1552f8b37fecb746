import { afterEach, expect, it, vi } from 'vitest';
import { useFreshStores } from '../../testing/stores.ts';
import { browserClientId } from './client-id.ts';

const stored = useFreshStores();
afterEach(() => vi.unstubAllGlobals());

it('should keep a stored id that the server accepts and replace any other', () => {
  const generated = browserClientId();
  expect(generated).toMatch(/^[0-9a-f]{32}$/);
  expect(browserClientId()).toBe(generated);
  stored.set('tocsin.client-id', 'App.1:reader_2-x');
  expect(browserClientId()).toBe('App.1:reader_2-x');
  for (const invalid of ['two words', 'ä', 'a'.repeat(129)]) {
    stored.set('tocsin.client-id', invalid);
    expect(browserClientId()).toMatch(/^[0-9a-f]{32}$/);
  }
});

it.each(['get', 'setItem'])(
  'should return the same id until the page is closed if the storage throws in %s',
  (name) => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const refuse = (): never => {
      throw new Error('refused');
    };
    const storage = { getItem: () => null, setItem: refuse };
    const get = name === 'get' ? refuse : () => storage;
    Object.defineProperty(globalThis, 'localStorage', { configurable: true, get });
    expect(browserClientId()).toBe(browserClientId());
    warn.mockRestore();
  },
);
