import { bundle, testBundleOf } from '../../build/bundle.ts';
import type { Say } from '../say.ts';
import { buildOnce } from './build-once.ts';

const APPS = ['producer', 'bff'] as const;

let built: Promise<void> | undefined;

/**
 * Bundles the producer and the bff with failpoints, unless they were already bundled from the same sources. Starting a
 * bundle takes a third of the CPU time of starting the sources, and tests start applications hundreds of times. Checks
 * the sources only once per process because checking reads hundreds of files, and a test may start multiple stacks.
 * @throws Error with the bundler's message
 */
export function ensureApps(say: Say): Promise<void> {
  built ??= buildOnce(
    {
      name: 'the producer and the bff for the tests',
      stamp: 'tocsin-apps-hash',
      sources: ['producer/src', 'bff/src', 'service/src', 'contracts/src', 'package-lock.json'],
      outputs: APPS.map((app) => testBundleOf(app)),
      build: async () => {
        for (const app of APPS) await bundle(app, { file: testBundleOf(app), failpoints: true });
      },
    },
    say,
  );
  return built;
}
