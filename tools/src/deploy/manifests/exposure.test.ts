import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../paths.ts';
import { documentsIn } from './kustomize.ts';
import { checkExposure, exposedAccess } from './exposure.ts';
import type { Resource } from './kustomization.ts';
import { readDeployOptions, type DeployOptions } from '../options.ts';

const settings = (app: string, data: Record<string, string>) => ({
  kind: 'ConfigMap',
  metadata: { name: `${app}-5g7k2m9c4t` },
  data,
});
const open = [settings('bff', { AUTH_MODE: 'none' }), settings('producer', { API_KEYS: 'off' })];
const closed = [settings('bff', { AUTH_MODE: 'jwt' }), settings('producer', { API_KEYS: 'on' })];
/** The objects that `--publish`, or an overlay with the same component, adds. */
const publish = documentsIn(join(ROOT, 'k8s/components/publish/ingress.yaml'));
/** An Ingress that routes only to the bff and the ui. */
const pages = documentsIn(join(ROOT, 'k8s/base/ingress.yaml'));
const REGISTRY = ['--registry', 'registry.example.com'];
const check = (resources: readonly Resource[], ...args: string[]): string[] => {
  const output: string[] = [];
  checkExposure(resources, readDeployOptions(args) as DeployOptions, (line) => output.push(line));
  return output;
};

describe('exposure through the Ingress', () => {
  it('should, with --registry, cause an error that lists all problems and remedies', () => {
    expect(() => check(open, ...REGISTRY)).toThrow(/AUTH_MODE=none.*AUTH_MODE=jwt in k8s\/base\/bff\.env/);
    expect(() => check([...open, ...pages], ...REGISTRY)).not.toThrow(/API_KEYS/);
    expect(() => check([...open, ...publish], ...REGISTRY)).toThrow(
      /AUTH_MODE=none.*API_KEYS=off.*--insecure/,
    );
    expect(() => check([closed[0], open[1], ...publish] as Resource[], ...REGISTRY)).toThrow(
      /API_KEYS=on in/,
    );
  });

  it('should cause a warning with --insecure or --local', () => {
    expect(check([...open, ...publish], ...REGISTRY, '--insecure').join()).toMatch(
      /AUTH_MODE=none.*API_KEYS=off.*no certificate/,
    );
    expect(check([...open, ...publish], '--local').join()).toMatch(/AUTH_MODE=none.*API_KEYS=off/);
  });

  it('should cause no warning with tokens, keys and a certificate', () => {
    const secured = ['--host', 'notify.example.com', '--tls-secret', 'notify-tls'];
    expect(check([...closed, ...publish], ...REGISTRY, ...secured)).toEqual([]);
    expect(exposedAccess(publish)).toHaveLength(2);
    const rules = [{ host: 'a.example.com' }];
    const defaultBackend = { service: { name: 'producer' } };
    const ingress = { kind: 'Ingress', metadata: { name: 'custom' }, spec: { defaultBackend, rules } };
    expect(exposedAccess([...closed, ingress])).toEqual([]);
    expect(exposedAccess([...open, ingress])).toHaveLength(2);
  });
});
