import { expect, it } from 'vitest';
import { readDevConfig } from '../config.ts';
import { devAddresses } from './addresses.ts';

it.each([
  ['127.0.0.1', '127.0.0.1', 'localhost'],
  ['0.0.0.0', '127.0.0.1', 'localhost'],
  ['192.0.2.1', '192.0.2.1', '192.0.2.1'],
  ['::1', '[::1]', '[::1]'],
])('with TOCSIN_ADDRESS=%s, only the public ports should be at %s', (address, host, shown) => {
  expect(devAddresses(address, readDevConfig({}))).toEqual({
    bff: `http://${host}:4001`,
    producer: `http://${host}:4000`,
    internal: 'http://127.0.0.1:4100',
    shown: { page: `http://${shown}:5173`, producer: `${shown}:4000` },
  });
});
