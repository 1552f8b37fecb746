import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkPublicAddress, ROOT } from '@tocsin/tools';

const firstStartSchema = z.object({
  services: z.object({ 'first-start': z.object({ environment: z.record(z.string(), z.string()) }) }),
});

describe('the first start in compose', () => {
  const root = mkdtempSync(join(tmpdir(), 'tocsin-first-start-'));
  afterAll(() => rmSync(root, { recursive: true }));

  const { environment } = firstStartSchema.parse(
    parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true, logLevel: 'silent' }),
  ).services['first-start'];
  /** Returns the container's environment after compose has replaced `${NAME:-default}` using these settings. */
  const resolveEnvironment = (settings: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        value.replace(
          /\$\{(\w+):-([^}]*)\}/g,
          (_, key: string, defaultValue: string) => settings[key] || defaultValue,
        ),
      ]),
    );

  function start(settings: Record<string, string>) {
    const dir = mkdtempSync(join(root, 'secrets-'));
    for (const name of ['redis', 'operator', 'dapr', 'internal', 'authority', 'identities'])
      mkdirSync(join(dir, name));
    // An existing authority, so that the script doesn't need openssl.
    writeFileSync(join(dir, 'authority', 'ca.crt'), '');
    const script = join(dir, 'first-start.mjs');
    const source = readFileSync(join(ROOT, 'compose', 'sidecar', 'first-start.mjs'), 'utf8');
    writeFileSync(script, source.replaceAll('/secrets', dir));
    const { status, stderr } = spawnSync(process.execPath, [script], {
      env: resolveEnvironment(settings),
      encoding: 'utf8',
    });
    return { status, stderr, hasStarted: existsSync(join(dir, 'redis', 'env')) };
  }

  it.each([
    {},
    { TOCSIN_ADDRESS: '127.0.0.2' },
    { TOCSIN_ADDRESS: '[::1]' },
    { TOCSIN_ADDRESS: '0.0.0.0', AUTH_MODE: 'jwt', API_KEYS: 'on' },
    { TOCSIN_ADDRESS: '0.0.0.0', TOCSIN_INSECURE: 'yes' },
  ])('should accept %j', (settings) => {
    expect(start(settings)).toEqual({ status: 0, stderr: '', hasStarted: true });
  });

  const [noKeys, noTokens] = ['API_KEYS is off', 'AUTH_MODE is none'];
  it.each([
    [{}, [noKeys, noTokens]],
    [{ TOCSIN_INSECURE: 'no' }, [noKeys, noTokens]],
    [{ AUTH_MODE: 'jwt' }, [noKeys]],
    [{ API_KEYS: 'on' }, [noTokens]],
  ])('should refuse 0.0.0.0 with %j, with the same message as `npm start`', (settings, withoutAuth) => {
    const address = '0.0.0.0';
    const { status, stderr, hasStarted } = start({ ...settings, TOCSIN_ADDRESS: address });
    expect({ status, hasStarted }).toEqual({ status: 1, hasStarted: false });
    expect(() => checkPublicAddress({ address, allowInsecure: false }, [8080, 4000], withoutAuth)).toThrow(
      stderr.trim(),
    );
  });

  it('should refuse the address of a network interface', () => {
    expect(start({ TOCSIN_ADDRESS: '192.0.2.1', TOCSIN_PORT: '80' }).stderr).toContain(
      'TOCSIN_ADDRESS=192.0.2.1 would open ports 80, 4000 to the network',
    );
  });
});
