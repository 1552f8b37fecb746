import { expect, it } from 'vitest';
import { useFreshStores } from '../../testing/stores.ts';
import { clientIdOfBrowser } from './client-id.ts';

const stored = useFreshStores();

it('should keep an id that the server accepts and replace any other', () => {
  const generated = clientIdOfBrowser();
  expect(generated).toMatch(/^[0-9a-f]{32}$/);
  expect(clientIdOfBrowser()).toBe(generated);
  stored.set('tocsin.client-id', 'App.1:reader_2-x');
  expect(clientIdOfBrowser()).toBe('App.1:reader_2-x');
  for (const invalid of ['two words', 'ä', 'a'.repeat(129)]) {
    stored.set('tocsin.client-id', invalid);
    expect(clientIdOfBrowser()).toMatch(/^[0-9a-f]{32}$/);
  }
});
