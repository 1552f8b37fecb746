import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);

/**
 * A canary: fails when a package whose internals we use is updated. Check that our file next to the calling test still
 * works, run its tests and `npm test`, then update the version in the calling test.
 */
export function expectTestedVersions(versions: Readonly<Record<string, string>>): void {
  it.each(Object.entries(versions))('should be rechecked if %s is no longer version %s', (name, version) => {
    expect(versionOf(name), `${name} was updated: see testing/tested-versions.ts`).toBe(version);
  });
}

/** Reads the package file itself, because some packages don't export it. */
function versionOf(name: string): string {
  const [folder = ''] = require.resolve(name).split(join(name, '/'));
  const { version } = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
