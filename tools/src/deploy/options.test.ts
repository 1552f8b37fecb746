import { describe, expect, it } from 'vitest';
import { productVersion } from '../containers/images.ts';
import { readDeployOptions } from './options.ts';

describe('the options of npm run deploy', () => {
  it('should accept a registry with a scheme and a trailing slash, and use the product’s version as the default tag', () => {
    expect(readDeployOptions(['--registry', 'https://ghcr.io/example/'])).toMatchObject({
      registry: 'ghcr.io/example',
      tag: productVersion(),
      timeoutMs: 300_000,
    });
    expect(readDeployOptions(['--registry', 'localhost:5000', '--tag', 'a_b'])).toMatchObject({
      registry: 'localhost:5000',
      tag: 'a_b',
    });
  });

  it('should accept --local and --delete', () => {
    expect(readDeployOptions(['--local'])).toMatchObject({ registry: undefined });
    expect(readDeployOptions(['--delete'])).toBe('delete');
  });

  it.each([
    [[], /either --registry URL or --local/],
    [['--local', '--registry', 'a'], /either --registry URL or --local/],
    [['--local', '--tls-secret', 'notify-tls'], /--tls-secret requires --host/],
    [['--local', '--host', 'a.example', '--tls-secret', 'Not A Name'], /--tls-secret must be a Secret name/],
    [['--delete', '--local'], /--delete cannot be combined with other options/],
    [['--everything'], /--everything.*Usage: npm run deploy/s],
    [
      ['--registry', 'no registry', '--tag', '-', '--ingress-class', 'A', '--host', 'a b', '--timeout', '0'],
      /Invalid --registry.*Invalid --tag.*--ingress-class must.*--host must.*--timeout must/s,
    ],
  ])('should reject %j and list all errors', (args, sentence) => {
    expect(() => readDeployOptions(args)).toThrow(sentence);
  });
});
