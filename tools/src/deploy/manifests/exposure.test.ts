import { describe, expect, it } from 'vitest';
import { checkExposure, exposedAccess } from './exposure.ts';
import { readDeployOptions, type DeployOptions } from '../options.ts';

const settings = (app: string, data: Record<string, string>) => ({
  kind: 'ConfigMap',
  metadata: { name: `${app}-5g7k2m9c4t` },
  data,
});
const open = [settings('bff', { AUTH_MODE: 'none' }), settings('producer', { API_KEYS: 'off' })];
const closed = [settings('bff', { AUTH_MODE: 'jwt' }), settings('producer', { API_KEYS: 'on' })];
const REGISTRY = ['--registry', 'registry.example.com'];
const check = (resources: typeof open, ...args: string[]): string[] => {
  const said: string[] = [];
  checkExposure(resources, readDeployOptions(args) as DeployOptions, (line) => said.push(line));
  return said;
};

describe('exposure by the Ingress', () => {
  it('should be rejected with --registry in an error that lists all problems and remedies', () => {
    expect(() => check(open, ...REGISTRY)).toThrow(/AUTH_MODE=none.*AUTH_MODE=jwt in k8s\/base\/bff\.env/);
    expect(() => check(open, ...REGISTRY)).not.toThrow(/API_KEYS/);
    expect(() => check(open, ...REGISTRY, '--publish')).toThrow(/AUTH_MODE=none.*API_KEYS=off.*--insecure/);
    expect(() => check([closed[0], open[1]] as typeof open, ...REGISTRY, '--publish')).toThrow(
      /API_KEYS=on in/,
    );
  });

  it('should cause a warning with --insecure or --local', () => {
    expect(check(open, ...REGISTRY, '--insecure', '--publish').join()).toMatch(
      /AUTH_MODE=none.*API_KEYS=off.*no certificate/,
    );
    expect(check(open, '--local', '--publish').join()).toMatch(/AUTH_MODE=none.*API_KEYS=off/);
  });

  it('should cause no warning with tokens, keys and a certificate', () => {
    const secured = ['--host', 'notify.example.com', '--tls-secret', 'notify-tls'];
    expect(check(closed, ...REGISTRY, '--publish', ...secured)).toEqual([]);
    expect(exposedAccess([], true)).toHaveLength(2);
  });
});
