import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle, testBundleOf } from '../../build/bundle.ts';
import { ROOT } from '../../paths.ts';
import { hashOf } from '../hash.ts';
import { withLock } from '../lock.ts';
import type { Say } from '../say.ts';

const SOURCES = ['producer/src', 'bff/src', 'service/src', 'contracts/src', 'package-lock.json'];
const APPS = ['producer', 'bff'] as const;
const STAMP = join(ROOT, 'node_modules', '.cache', 'tocsin-apps-hash');

const isFresh = (hash: string): boolean =>
  APPS.every((app) => existsSync(testBundleOf(app))) &&
  existsSync(STAMP) &&
  readFileSync(STAMP, 'utf8') === hash;

/**
 * Bundles producer and bff with failpoints, unless it was done from the same sources. A bundle starts with a third of the
 * CPU time that the sources need, and tests start applications hundreds of times.
 * @throws Error with the bundler's message
 */
export async function ensureApps(say: Say): Promise<void> {
  if (isFresh(hashOf(ROOT, SOURCES))) return;
  await withLock(
    `${STAMP}.lock`,
    async () => {
      const hash = hashOf(ROOT, SOURCES);
      if (isFresh(hash)) return;
      say('Bundling producer and bff for the tests.');
      for (const app of APPS) await bundle(app, testBundleOf(app), true);
      mkdirSync(dirname(STAMP), { recursive: true });
      writeFileSync(STAMP, hash);
    },
    (holder) => say(`Another process (${holder}) is bundling the applications; waiting for it.`),
  );
}
