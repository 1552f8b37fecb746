import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT, RUN_FILE } from '../paths.ts';
import { portUses, readRunFile } from './run-file.ts';

const text = readFileSync(RUN_FILE, 'utf8');
const dir = mkdtempSync(join(tmpdir(), 'tocsin-run-file-'));
afterAll(() => rmSync(dir, { recursive: true }));
const readChanged = (from: string, to: string) => {
  const path = join(dir, 'run.yaml');
  writeFileSync(path, text.replace(from, to));
  return () => readRunFile(path);
};

describe('readRunFile', () => {
  it('should read the applications, ports and settings from dapr.yaml', () => {
    const { apps, sidecars } = readRunFile(RUN_FILE);
    expect(apps.map(({ appId, ports }) => `${appId} ${ports.public}`)).toEqual([
      'producer 4000',
      'bff 4001',
      'bff 4002',
    ]);
    expect(apps[0]?.command).toEqual({
      cwd: join(ROOT, 'producer'),
      command: ['node', '--import', 'tsx', 'src/main.ts'],
    });
    expect(sidecars).toMatchObject({
      resourcesPaths: [join(ROOT, 'components')],
      configFiles: [join(ROOT, 'components', 'configuration.yaml')],
      logLevel: 'warn',
    });
    const ports = apps.flatMap(portUses).map(({ port }) => port);
    expect(ports).toHaveLength(18);
    expect(new Set(ports).size).toBe(18);
  });

  it.each([
    [
      'a field that only the CLI supports',
      'logLevel: warn',
      'logLevel: warn\n  appProtocol: grpc',
      'appProtocol',
    ],
    [
      'an address open to the network',
      'apiListenAddresses: 127.0.0.1',
      'apiListenAddresses: 0.0.0.0',
      'apiListenAddresses',
    ],
    ['an application without a port', '    metricsPort: 4500\n', '', 'apps[0].metricsPort'],
  ])('should reject %s and report the field', (_, from, to, name) => {
    expect(readChanged(from, to)).toThrow(new RegExp(`is invalid: [^]*${name.replace(/[[\]]/g, '\\$&')}`));
  });
});
