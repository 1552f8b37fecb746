import { describe, expect, it } from 'vitest';
import { readAuthConfig, readPublicAddress } from '../config.ts';
import { RUN_FILE } from '../paths.ts';
import { readRunFile } from '../stack/run-file.ts';
import { checkPublicAddress, hostOf, settingsWithoutAuth } from './public-address.ts';

const { apps } = readRunFile(RUN_FILE);
const check = (env: Record<string, string>, variables: Record<string, string> = {}) =>
  checkPublicAddress(
    readPublicAddress(env),
    [4000, 4001],
    settingsWithoutAuth(
      apps.map((app) => ({ ...app, env: { ...app.env, ...variables } })),
      readAuthConfig(env),
    ),
  );
const secured = { AUTH_MODE: 'jwt', API_KEYS: 'on' };

describe('the address of the public ports', () => {
  it.each([{}, { TOCSIN_ADDRESS: '127.0.0.2' }, { TOCSIN_ADDRESS: '::1' }])('should accept %j', (env) => {
    expect(() => check(env)).not.toThrow();
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', '::ffff:0.0.0.0'])(
    'should reject %s without authentication',
    (address) => {
      expect(() => check({ TOCSIN_ADDRESS: address })).toThrow(
        `TOCSIN_ADDRESS=${address} would open ports 4000, 4001 to the network, but API_KEYS is off and AUTH_MODE is none`,
      );
    },
  );

  it.each([
    ['API_KEYS is off', { AUTH_MODE: 'jwt' }],
    ['AUTH_MODE is none', { API_KEYS: 'on' }],
  ])('should reject 0.0.0.0 while %s', (sentence, env) => {
    expect(() => check({ TOCSIN_ADDRESS: '0.0.0.0', ...env })).toThrow(`but ${sentence}: anyone`);
  });

  it('should check the environment of the applications, including variables from the run file', () => {
    expect(() => check({ TOCSIN_ADDRESS: '0.0.0.0' }, secured)).not.toThrow();
    expect(() => check({ TOCSIN_ADDRESS: '0.0.0.0', ...secured }, { AUTH_MODE: 'none' })).toThrow(
      'AUTH_MODE is none',
    );
  });

  it('should accept 0.0.0.0 with authentication, or with TOCSIN_INSECURE=yes', () => {
    expect(() => check({ TOCSIN_ADDRESS: '0.0.0.0', ...secured })).not.toThrow();
    expect(() => check({ TOCSIN_ADDRESS: '0.0.0.0', TOCSIN_INSECURE: 'yes' })).not.toThrow();
    expect(() => check({ TOCSIN_ADDRESS: '0.0.0.0', TOCSIN_INSECURE: 'no' })).toThrow('TOCSIN_INSECURE=yes');
  });

  it('should reject an invalid address even with TOCSIN_INSECURE=yes', () => {
    expect(() => check({ TOCSIN_ADDRESS: 'everywhere', TOCSIN_INSECURE: 'yes' })).toThrow(
      'is not an IP address',
    );
  });

  it.each([
    ['0.0.0.0', '127.0.0.1'],
    ['::', '[::1]'],
    ['192.0.2.1', '192.0.2.1'],
    ['::1', '[::1]'],
  ])('should be reachable from this machine: %s at %s', (address, host) => {
    expect(hostOf(address)).toBe(host);
  });
});
