import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../paths.ts';
import { hashOf } from '../hash.ts';
import { withLock } from '../lock.ts';
import type { Say } from '../say.ts';

export interface Product {
  /** Product name for messages, for example `the ui`. */
  name: string;
  /** The file in `node_modules/.cache` that records which sources were last built. */
  stamp: string;
  /** The source files and folders, relative to the repository. */
  sources: readonly string[];
  outputs: readonly string[];
  build: () => Promise<void>;
}

/**
 * Builds the product unless it was already built from the same sources. If another process is building it, waits for
 * that process. Rejects with the build's error.
 */
export async function buildOnce({ name, stamp, sources, outputs, build }: Product, say: Say): Promise<void> {
  const file = join(ROOT, 'node_modules', '.cache', stamp);
  const isFresh = (hash: string): boolean =>
    outputs.every((output) => existsSync(output)) && existsSync(file) && readFileSync(file, 'utf8') === hash;
  if (isFresh(hashOf(ROOT, sources))) return;
  await withLock(
    `${file}.lock`,
    async () => {
      const hash = hashOf(ROOT, sources);
      if (isFresh(hash)) return;
      say(`Building ${name}.`);
      await build();
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, hash);
    },
    (holder) => say(`Another process (${holder}) is building ${name}; waiting for it.`),
  );
}
