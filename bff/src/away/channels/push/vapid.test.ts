import { expect, it } from 'vitest';
import { newVapid, readVapid } from './vapid.ts';

const vapid = newVapid('mailto:ops@shop.example');

it('should read a secret with a newly generated key pair', () => {
  expect(readVapid(JSON.stringify(vapid))).toEqual(vapid);
});

it('should list all errors in the secret but omit the private key', () => {
  const read = (changes: object) => () => readVapid(JSON.stringify({ ...vapid, ...changes }));
  expect(read({ publicKey: newVapid(vapid.subject).publicKey })).toThrow(
    'publicKey: does not match privateKey',
  );
  const bad = read({ subject: 'ops', privateKey: 'secret+', extra: 1 });
  expect(bad).toThrow(/subject: must be a mailto: or https: address[^]*privateKey: must be/);
  expect(bad).not.toThrow(/secret\+/);
  expect(() => readVapid('x')).toThrow('is not valid JSON');
});
