import { expect, it } from 'vitest';
import { endpointOf } from './endpoint.ts';

it.each([
  'https://fcm.googleapis.com/fcm/send/a:b',
  'https://updates.push.services.mozilla.com/wpush/v2/gAAA',
  'https://web.push.apple.com/QGuQ',
  'https://wns2-by3p.notify.windows.com/w/?token=x',
  'https://1.1.1.1/x',
])('should accept the endpoint %s', (endpoint) => {
  expect(endpointOf(endpoint, false)?.href).toBe(endpoint);
});

it.each([
  'http://push.example/x',
  'https://push.example:8443/x',
  'https://user@push.example/x',
  'https://push.example/x#y',
  'https://android.googleapis.com/gcm/send/x',
  'https://127.0.0.1/x',
  'https://127.1/x',
  'https://2130706433/x',
  'https://0x7f.0.0.1/x',
  'https://0.0.0.0/x',
  'https://10.1.2.3/x',
  'https://172.16.0.1/x',
  'https://192.168.0.1/x',
  'https://169.254.169.254/latest/meta-data',
  'https://100.64.0.1/x',
  'https://224.0.0.1/x',
  'https://255.255.255.255/x',
  'https://[::]/x',
  'https://[::1]/x',
  'https://[::ffff:10.0.0.1]/x',
  'https://[64:ff9b::a00:1]/x',
  'https://[2002:a00:1::]/x',
  'https://[fe80::1]/x',
  'https://[fd00::1]/x',
  'ftp://push.example/x',
  'javascript:alert(1)',
  '/x',
  '',
  `https://push.example/${'x'.repeat(3000)}`,
])('should refuse the endpoint %s', (endpoint) => {
  expect(endpointOf(endpoint, false)).toBeUndefined();
});

it('should accept loopback for tests, but no other internal address', () => {
  expect(endpointOf('http://127.0.0.1:4000/x', true)).toBeDefined();
  expect(endpointOf('http://10.0.0.1/x', true)).toBeUndefined();
  expect(endpointOf('http://push.example/x', true)).toBeUndefined();
});
