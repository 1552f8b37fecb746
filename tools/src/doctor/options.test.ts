import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readDoctorConfig } from '../config.ts';
import { writeSidecarInfo } from '../start/instance/sidecar-file.ts';
import { readDoctorOptions } from './options.ts';

const data = mkdtempSync(join(tmpdir(), 'tocsin-doctor-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const readAll = (args: string[], env: Record<string, string> = {}) =>
  readDoctorOptions(['--data', data, ...args], readDoctorConfig(env));
const read = (args: string[], env: Record<string, string> = {}) => {
  const options = readAll(args, env);
  return 'target' in options ? options.target : undefined;
};

describe('the options of npm run doctor', () => {
  it('should default to the addresses of `dapr run -f dapr.yaml`', () => {
    expect(read([])).toMatchObject({
      producers: [{ name: 'producer', url: 'http://127.0.0.1:4000' }],
      bffs: [
        { name: 'bff-1', url: 'http://127.0.0.1:4001' },
        { name: 'bff-2', url: 'http://127.0.0.1:4002' },
      ],
      sidecars: [
        { url: 'http://127.0.0.1:4200', name: 'producer' },
        { url: 'http://127.0.0.1:4201', name: 'bff-1' },
        { url: 'http://127.0.0.1:4202', name: 'bff-2' },
      ],
      redis: { addresses: [{ host: 'localhost', port: 6379 }] },
      daprApiToken: undefined,
    });
  });

  it('should use the Redis and token saved by `npm start`, unless overridden', () => {
    const removeInfo = writeSidecarInfo(data, { port: 4201, token: 'saved', redis: '127.0.0.1:4600' });
    expect(read([])).toMatchObject({
      daprApiToken: 'saved',
      redis: { addresses: [{ host: '127.0.0.1', port: 4600 }] },
    });
    expect(read([], { REDIS_HOST: 'override:1', DAPR_API_TOKEN: 'override' })).toMatchObject({
      daprApiToken: 'override',
      redis: { addresses: [{ host: 'override', port: 1 }] },
    });
    // These addresses belong to another system, so ignore everything saved in this folder.
    expect(read(['--producer', 'http://p', '--bff', 'http://b'])).toMatchObject({
      daprApiToken: undefined,
      redis: { addresses: [{ host: 'localhost', port: 6379 }] },
    });
    // docker-compose.yml passes the addresses in this form.
    expect(read(['--producer=http://p', '--bff=http://b'], { REDIS_HOST: 'redis:6379' })).toMatchObject({
      redis: { addresses: [{ host: 'redis', port: 6379 }] },
    });
    removeInfo();
  });

  it('should look for the applications on the address saved by `npm start`, and for sidecars on loopback', () => {
    const removeInfo = writeSidecarInfo(data, { port: 4201, token: 'saved', publicHost: '192.0.2.1' });
    expect(read([])).toMatchObject({
      producers: [{ url: 'http://192.0.2.1:4000' }],
      bffs: [{ url: 'http://192.0.2.1:4001' }, { url: 'http://192.0.2.1:4002' }],
      sidecars: [4200, 4201, 4202].map((port) => ({ url: `http://127.0.0.1:${port}` })),
    });
    removeInfo();
  });

  it('should use only the given addresses', () => {
    const args = [
      '--producer',
      'http://p:1/',
      '--bff',
      'http://b:2',
      '--bff',
      'http://b:3',
      '--sidecar',
      'http://s:4',
    ];
    expect(read(args)).toMatchObject({
      producers: [{ name: 'producer', url: 'http://p:1' }],
      bffs: [
        { name: 'bff-1', url: 'http://b:2' },
        { name: 'bff-2', url: 'http://b:3' },
      ],
      sidecars: [{ url: 'http://s:4' }],
    });
  });

  it('should use a name in front of an address, as in left=http://b:3', () => {
    const args = [
      ...['--producer', 'p=http://p:1', '--producer', 'http://p:2/?a=b'],
      ...['--bff', 'left=http://b:3/', '--sidecar', 'left=http://s:4'],
    ];
    expect(read(args)).toMatchObject({
      producers: [
        { name: 'p', url: 'http://p:1' },
        { name: 'producer-2', url: 'http://p:2/?a=b' },
      ],
      bffs: [{ name: 'left', url: 'http://b:3' }],
      sidecars: [{ name: 'left', url: 'http://s:4' }],
    });
  });

  it('should accept --kubernetes without addresses since the doctor finds them', () => {
    expect(readAll(['--kubernetes', '--context', 'kind', '--json'], { DOCTOR_TOKEN: 'jwt' })).toEqual({
      json: true,
      cluster: { context: 'kind', credentials: { token: 'jwt', apiKey: undefined } },
    });
    expect(readAll(['--kubernetes'])).toMatchObject({ cluster: { context: undefined } });
  });

  it.each<[string[], RegExp]>([
    [['--bff', 'http://b'], /Pass the addresses of the producer and each bff/],
    [['--producer', 'http://p'], /Pass the addresses of the producer and each bff/],
    [['--producer', 'p:4000', '--bff', 'http://b'], /Invalid --producer p:4000/],
    [['--redis', 'redis://x'], /Invalid --redis redis:\/\/x/],
    [['--kubernetes', '--bff', 'http://b'], /finds all addresses itself; remove --bff/],
    [['--context', 'kind'], /--context requires --kubernetes/],
    [['--bf', 'http://b'], /Usage: npm run doctor/],
  ])('should reject %j', (args, message) => {
    expect(() => read(args)).toThrow(message);
  });
});
