import { expect, it } from 'vitest';
import { newVapidKeys, readVapidKeys } from './vapid.ts';

const keys = newVapidKeys();

it('should read what it made', () => {
  expect(readVapidKeys(JSON.stringify(keys))).toEqual(keys);
});

it('should name all faults of the secret, and not the private key', () => {
  const read = (changes: object) => () => readVapidKeys(JSON.stringify({ ...keys, ...changes }));
  expect(read({ publicKey: newVapidKeys().publicKey })).toThrow(
    'publicKey: is not the public key of privateKey',
  );
  const bad = read({ publicKey: 'AA', privateKey: 'secret+', extra: 1 });
  expect(bad).toThrow(/publicKey: must have 65 bytes[^]*privateKey: must be[^]*extra/);
  expect(bad).not.toThrow(/secret\+/);
  expect(() => readVapidKeys('x')).toThrow('`npm run vapid`');
});
