import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);

/**
 * A canary: fails when a package is updated whose private parts we use. Read what changed in the named file of ours, run
 * the tests beside it and `npm test`, then write the new version here.
 */
export function triedWith(versions: Readonly<Record<string, string>>): void {
  it.each(Object.entries(versions))('should be tried again when %s is not %s any more', (name, version) => {
    const { version: installed } = require(`${name}/package.json`) as { version: string };
    expect(installed, `${name} was updated: see testing/tried-with.ts`).toBe(version);
  });
}
