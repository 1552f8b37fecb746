import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../../failure.ts';
import { ROOT } from '../../paths.ts';
import { run } from '../../process/run.ts';
import { hashOf } from '../hash.ts';
import { withLock } from '../lock.ts';
import type { Say } from '../say.ts';

const SOURCES = ['ui', 'client', 'client-vue', 'contracts', 'package-lock.json', 'tsconfig.base.json'];
const PAGE = join(ROOT, 'ui', 'dist', 'index.html');
const STAMP = join(ROOT, 'node_modules', '.cache', 'tocsin-ui-hash');

const isFresh = (hash: string): boolean =>
  existsSync(PAGE) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash;

/**
 * Builds the ui unless it was already built from the same sources.
 * @throws Failure with the end of the build's output
 */
export async function ensureUi(say: Say): Promise<void> {
  if (isFresh(hashOf(ROOT, SOURCES))) return;
  await withLock(`${STAMP}.lock`, build, (holder) =>
    say(`Another process (${holder}) is building the ui; waiting for it.`),
  );

  async function build(): Promise<void> {
    const hash = hashOf(ROOT, SOURCES);
    if (isFresh(hash)) return;
    say('Building the ui.');
    const { code, output } = await run('npm', ['run', 'build', '-w', '@tocsin/ui'], {
      cwd: ROOT,
      // Tests set another NODE_ENV, which would select Vue's larger development build.
      env: { NODE_ENV: 'production' },
    });
    if (code !== 0 || !existsSync(PAGE)) {
      throw new Failure(`Could not build the ui. Fix the cause below and try again:\n${reasonIn(output)}`);
    }
    mkdirSync(dirname(STAMP), { recursive: true });
    writeFileSync(STAMP, hash);
  }
}

/** The end of a build's output, without stack frames and npm's closing lines. */
const reasonIn = (output: string): string =>
  output
    .split('\n')
    .filter((line) => !/^(npm error|\s+at )/.test(line))
    .slice(-15)
    .join('\n');
