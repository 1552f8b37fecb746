import { expect, it } from 'vitest';
import { createHostCheck, isHostName } from './hosts.ts';

it.each(['app.example.com', '.example.com', 'localhost', 'a_b', 'xn--bcher-kva.example'])(
  'should accept %s in ALLOWED_HOSTS',
  (text) => expect(isHostName(text)).toBe(true),
);

it.each(['', '.', 'http://a.example', 'a.example:80', 'a.example/', '*.example.com', 'a..b', 'a b', '[::1]'])(
  'should reject %j in ALLOWED_HOSTS',
  (text) => expect(isHostName(text)).toBe(false),
);

it('should allow IP addresses, localhost and listed names on any port', () => {
  const isServed = createHostCheck(['Notify.example.com', '.corp.example']);
  for (const host of [
    'localhost:4001',
    '127.0.0.1',
    '[::1]:80',
    '10.0.0.9:1',
    'NOTIFY.example.com.',
    'x.corp.example:8',
  ])
    expect([host, isServed(host)]).toEqual([host, true]);
  for (const host of [
    '',
    'evil.example',
    'corp.example',
    'xnotify.example.com',
    'a@b',
    '10.0.0.9.evil.example',
    '%',
    'a:b:c',
  ])
    expect([host, isServed(host)]).toEqual([host, false]);
});
