import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createClientAddresses } from './client-address.ts';

const request = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    connection: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('whether an address is exempt from limits', () => {
  it.each([
    ['0', '127.0.0.1', undefined, true],
    ['0', '::1', undefined, true],
    ['0', '::ffff:127.0.0.1', undefined, true],
    ['0', '203.0.113.1', undefined, false],
    ['0', '203.0.113.1', '127.0.0.1', false],
    // A client that bypasses the proxy can claim any address.
    ['1', '203.0.113.1', '127.0.0.1', false],
    ['1', '203.0.113.1', undefined, false],
    ['10.0.0.0/8', '10.0.0.1', undefined, true],
    ['10.0.0.0/8', '10.0.0.1', '203.0.113.1', false],
    ['10.0.0.0/8', '203.0.113.1', '10.0.0.1', false],
    ['loopback', '127.0.0.1', '203.0.113.1', false],
  ])(
    'should depend on TRUST_PROXY (%s), the peer (%s) and X-Forwarded-For (%s): %s',
    (trusted, peer, forwarded, exempt) => {
      expect(createClientAddresses(trusted).isExempt(request(peer, forwarded))).toBe(exempt);
    },
  );
});

it.each([
  ['10.0.0.1', '203.0.113.1:50312', '203.0.113.1'],
  ['10.0.0.1', '203.0.113.1, 10.0.0.2:4711', '203.0.113.1'],
  ['10.0.0.1', '[2001:db8::1]:443', '2001:db8:0:0'],
  ['10.0.0.1', '[2001:db8::1]', '2001:db8:0:0'],
  ['10.0.0.1', '2001:db8::1', '2001:db8:0:0'],
])('should ignore ports that a proxy forwards: %s, %s', (peer, forwarded, address) => {
  expect(createClientAddresses('10.0.0.0/8').of(request(peer, forwarded))).toBe(address);
});
