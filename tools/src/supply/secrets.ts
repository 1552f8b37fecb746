import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { ROOT } from '../paths.ts';
import { run } from '../process/run.ts';

const SECRETLINT = join(ROOT, 'node_modules', 'secretlint', 'bin', 'secretlint.js');
const RULES = join(ROOT, '.secretlintrc.json');

/** `path:line:column: description [rule]` */
const FINDING = /^(.+:\d+):\d+: (.+)$/;

/** The files in the repository at `folder`, including untracked files but not git-ignored files. */
export async function repositoryFiles(folder: string): Promise<string[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { code, stdout, output } = await run('git', args, { cwd: folder });
  if (code !== 0) throw new Failure(`git cannot list the files: ${output.trim()}. Run this in a clone.`);
  return stdout.split('\0').filter(Boolean);
}

/**
 * Searches files for likely secrets: private keys, tokens for known services, passwords in URLs. Returns findings as
 * `file:line: kind`. They don't contain the secret.
 * @throws Failure if the search itself fails
 */
export async function findSecrets(folder: string, files: readonly string[]): Promise<string[]> {
  const args = ['--secretlintrc', RULES, '--format', 'unix', '--no-color', '--no-glob', ...files];
  const { code, output } = await run(process.execPath, [SECRETLINT, ...args], { cwd: folder });
  if (code === 0) return [];
  const found = output.split('\n').flatMap((line) => {
    const [, location, description] = FINDING.exec(line) ?? [];
    return location === undefined ? [] : [`${location}: ${description}`];
  });
  if (code === 1 && found.length > 0) return found;
  throw new Failure(`The search for secrets failed: ${output.trim()}`);
}
