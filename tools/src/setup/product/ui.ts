import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { ROOT } from '../../paths.ts';
import { run } from '../../process/run.ts';
import type { Say } from '../say.ts';
import { buildOnce } from './build-once.ts';

const PAGE = join(ROOT, 'ui', 'dist', 'index.html');

/**
 * Builds the ui unless it was already built from the same sources.
 * @throws Failure with the last lines of the build's output
 */
export const ensureUi = (say: Say): Promise<void> =>
  buildOnce(
    {
      name: 'the ui',
      stamp: 'tocsin-ui-hash',
      sources: ['ui', 'client', 'client-vue', 'contracts', 'package-lock.json', 'tsconfig.base.json'],
      outputs: [PAGE],
      build: buildUi,
    },
    say,
  );

async function buildUi(): Promise<void> {
  const { code, output } = await run('npm', ['run', 'build', '-w', '@tocsin/ui'], {
    cwd: ROOT,
    // Tests set a different NODE_ENV, which would select Vue's larger development build.
    env: { NODE_ENV: 'production' },
  });
  if (code !== 0 || !existsSync(PAGE))
    throw new Failure(`Could not build the ui. Fix the cause below, then try again:\n${reasonIn(output)}`);
}

/** The end of a build's output. Omits stack frames and npm's closing lines. */
const reasonIn = (output: string): string =>
  output
    .split('\n')
    .filter((line) => !/^(npm error|\s+at )/.test(line))
    .slice(-15)
    .join('\n');
