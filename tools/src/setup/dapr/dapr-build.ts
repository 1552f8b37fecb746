import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../paths.ts';
import { buildIntoCache } from '../build-into-cache.ts';
import { goBuild } from '../go-build.ts';
import { hashOf } from '../hash.ts';
import { patchDapr } from './dapr-patches.ts';
import { readRelease } from './release/release.ts';
import type { Say } from '../say.ts';

const RUNTIME_VERSION = readRelease().runtime;
const PROGRESS_EVERY_MS = 15_000;

/** The packages of the Dapr commands that a stack needs. */
export const PACKAGES = ['daprd', 'placement', 'scheduler'].map((name) => `github.com/dapr/dapr/cmd/${name}`);
/** Build flags that include the stable components and omit debug symbols. */
export const flagsOf = (version: string): string[] => [
  '-tags',
  'stablecomponents',
  '-ldflags',
  `-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=${version} -X github.com/dapr/kit/logger.DaprVersion=${version}`,
];

/** The folder for the Dapr built from tools/dapr/runtime. Contains `.dapr/bin` once complete. */
export const buildDir = (cacheDir: string): string =>
  join(cacheDir, `dapr-${RUNTIME_VERSION}-${hashOf(ROOT, ['tools/dapr/runtime']).slice(0, 12)}`);

/**
 * Builds Dapr's runtime from tools/dapr/runtime into the cache, unless it is already there.
 * @returns the folder that contains `.dapr/bin`
 * @throws Failure with the last lines of Go's output if the build fails
 */
export function buildDapr(go: string, cacheDir: string, say: Say): Promise<string> {
  const target = buildDir(cacheDir);
  const build = async (partial: string) => {
    say(`Building Dapr ${RUNTIME_VERSION} with Go into ${target}.`);
    await buildRuntime(go, partial, say);
    say('Dapr has been built.');
  };
  return buildIntoCache({ target, name: 'Dapr', build }, say);
}

async function buildRuntime(go: string, partial: string, say: Say): Promise<void> {
  const bin = join(partial, '.dapr', 'bin');
  mkdirSync(bin, { recursive: true });
  say(
    'This is needed only once per user. It takes about 7 minutes on two cores, or 10 seconds if Go has it cached.',
  );
  const patches = `${partial}.patches`;
  const progress = reportProgress(say);
  try {
    await goBuild(go, {
      module: 'tools/dapr/runtime',
      name: "Dapr's runtime",
      packages: PACKAGES,
      flags: [...flagsOf(RUNTIME_VERSION), '-modfile', await patchDapr(go, patches)],
      output: `${bin}/`,
      onLine: progress.onLine,
      alternative:
        'Alternatively, install Dapr (https://docs.dapr.io/getting-started/install-dapr-cli/) and run `dapr init --slim`.',
    });
  } finally {
    progress.stop();
    rmSync(patches, { recursive: true, force: true });
  }
}

/** Reports progress of Dapr's Go build every 15 s until `stop()`. */
export function reportProgress(say: Say): { onLine: (line: string) => void; stop: () => void } {
  const begin = Date.now();
  let compiled = 0;
  let fetched = 0;
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - begin) / 1000);
    say(`Building Dapr: ${seconds} s, ${fetched} modules fetched, ${compiled} packages compiled.`);
  }, PROGRESS_EVERY_MS);
  return {
    onLine: (line) => {
      if (line.startsWith('go: downloading')) fetched++;
      else if (!line.startsWith('go:') && !line.includes(' ')) compiled++;
    },
    stop: () => clearInterval(timer),
  };
}
