import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);

/**
 * Adds a test that fails when a package whose internals we rely on is updated. When it fails, check that our file next
 * to the calling test still works, run that file's tests and `npm test`, then update the version in the calling test.
 */
export function expectTestedVersions(versions: Readonly<Record<string, string>>): void {
  it.each(Object.entries(versions))('should be rechecked if %s is no longer version %s', (name, version) => {
    expect(versionOf(name), `${name} was updated: see testing/tested-versions.ts`).toBe(version);
  });
}

/** Reads the package file directly because some packages don't export it. */
function versionOf(name: string): string {
  const main = require.resolve(name);
  const folder = join('node_modules', name, '/');
  const file = join(main.slice(0, main.lastIndexOf(folder)), folder, 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
