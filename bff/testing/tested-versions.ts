import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);

/**
 * A canary: fails when a package whose internals we use is updated. Check that our file next to the calling test still
 * works, run its tests and `npm test`, then update the version in the calling test.
 */
export function expectTestedVersions(versions: Readonly<Record<string, string>>): void {
  it.each(Object.entries(versions))('should be rechecked if %s is no longer version %s', (name, version) => {
    const { version: installed } = require(`${name}/package.json`) as { version: string };
    expect(installed, `${name} was updated: see testing/tested-versions.ts`).toBe(version);
  });
}
