import { expect, it } from 'vitest';
import { imageNames, productVersion } from './images.ts';
import { readContainersOptions } from './options.ts';

it('should use the product’s version as the default tag', () => {
  expect(imageNames(readContainersOptions([]))).toEqual(
    ['producer', 'bff', 'ui'].map((app) => `tocsin-${app}:${productVersion()}`),
  );
  expect(imageNames(readContainersOptions(['--tag', '1.2.3-rc.1']))).toContain('tocsin-bff:1.2.3-rc.1');
});

it.each([
  ['registry.example.com', 'registry.example.com/tocsin-ui:t'],
  ['https://registry.example.com/team/', 'registry.example.com/team/tocsin-ui:t'],
  ['localhost:5000', 'localhost:5000/tocsin-ui:t'],
])('should accept the registry %s', (registry, name) => {
  const options = readContainersOptions(['--registry', registry, '--tag', 't', '--push']);
  expect(options.push).toBe(true);
  expect(imageNames(options)).toContain(name);
});

it('should list all errors', () => {
  expect(() => readContainersOptions(['--registry', 'Über/x', '--tag=-x y'])).toThrow(
    /Invalid --registry .*\nInvalid --tag /,
  );
  expect(() => readContainersOptions(['--push'])).toThrow(/--push requires --registry/);
  expect(() => readContainersOptions(['--pull'])).toThrow(/--pull.*\nUsage: npm run containers/);
});
