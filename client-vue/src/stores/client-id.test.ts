import { expect, it } from 'vitest';
import { useFreshStores } from '../../testing/stores.ts';
import { browserClientId } from './client-id.ts';

const stored = useFreshStores();

it('should keep an id that the server accepts and replace any other', () => {
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
