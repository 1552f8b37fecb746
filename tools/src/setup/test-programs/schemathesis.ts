import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../config.ts';
import { ROOT } from '../../paths.ts';
import { findCommand, run } from '../../process/run.ts';
import { canUseApt, installWithApt } from '../apt.ts';
import { hashOf } from '../hash.ts';
import { withLock } from '../lock.ts';
import type { Say } from '../say.ts';

const REQUIREMENTS = join('tests', 'security', 'requirements.txt');
const REMEDY =
  'Install Python 3.10 or later with venv (`sudo apt-get install python3-venv`, `brew install python`)';

/**
 * Returns the path to schemathesis. Installs it into a separate Python environment in the user's cache, once per
 * version of requirements.txt. If that fails, prints why and returns `undefined`.
 */
export async function ensureSchemathesis(say: Say): Promise<string | undefined> {
  const { cacheDir } = readConfig();
  const dir = join(cacheDir, `schemathesis-${hashOf(ROOT, [REQUIREMENTS]).slice(0, 12)}`);
  const command = join(dir, 'bin', 'schemathesis');
  // A Python environment can't be moved because it contains its path, so create it in place. A `complete` file marks it
  // as finished.
  const mark = join(dir, 'complete');
  const make = async () => {
    const problem = existsSync(mark) ? undefined : await makeEnvironment(dir, say);
    if (problem === undefined) writeFileSync(mark, '');
    else say(`Skipping the fuzz tests of the HTTP interfaces: ${problem}. ${REMEDY}, then try again.`);
    return problem === undefined ? command : undefined;
  };
  if (existsSync(mark)) return command;
  return withLock(`${dir}.lock`, make, (holder) =>
    say(`Another process (${holder}) is installing schemathesis; waiting for it.`),
  );
}

/** Installs schemathesis into `dir`. Resolves with an error message if that fails. */
async function makeEnvironment(dir: string, say: Say): Promise<string | undefined> {
  rmSync(dir, { recursive: true, force: true });
  const findPython = async () => {
    const python = findCommand(['python3']);
    if (!python) return undefined;
    return (await run(python, ['-c', 'import ensurepip, venv'])).code === 0 ? python : undefined;
  };
  if (!(await findPython()) && canUseApt())
    await installWithApt('python3-venv', 'schemathesis fuzzes the HTTP interfaces', say);
  const python = await findPython();
  if (!python) return 'no python3 with venv was found';
  say(
    `Installing schemathesis into ${dir} (tests/security/requirements.txt). This is needed only once per user.`,
  );
  const venv = await run(python, ['-m', 'venv', dir]);
  if (venv.code !== 0) return `python3 -m venv failed (${venv.output.split('\n').at(-1)})`;
  const pip = await run(join(dir, 'bin', 'pip'), [
    ...['install', '--quiet', '--disable-pip-version-check', '--requirement', join(ROOT, REQUIREMENTS)],
  ]);
  return pip.code === 0 ? undefined : `pip failed (${pip.output.split('\n').at(-1)})`;
}
