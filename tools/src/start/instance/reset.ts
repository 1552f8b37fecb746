import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { parseOptions } from '../../options.ts';
import { DATA_DIR } from '../../paths.ts';
import { findRunning } from './running.ts';

const USAGE = 'npm run reset [-- --all]';

/** Data that the next `npm start` recreates. SQLite keeps more files next to `names.db`. */
const RECREATED = /^(redis|scheduler|logs?|names\.yaml|names\.db.*|sidecar\.json)$/;

/**
 * Removes the data of `npm start`, but keeps secrets and keys unless `--all` is given.
 * @throws Failure while `npm start` is running
 */
export async function reset(args: string[]): Promise<number> {
  const { all } = parseOptions(args, USAGE, { options: { all: { type: 'boolean', default: false } } }).values;
  const running = await findRunning(DATA_DIR);
  if (running) {
    throw new Failure(
      `Tocsin is running in this folder (process ${running.pid}). Stop it with Ctrl-C in its terminal, then try again.`,
    );
  }
  process.stdout.write(removeData(DATA_DIR, all));
  return 0;
}

/** Removes the data in `dir`, or the whole folder. Returns a message that lists what was removed and kept. */
export function removeData(dir: string, all: boolean): string {
  const names = existsSync(dir) ? readdirSync(dir) : [];
  const removed = all ? names : names.filter((name) => RECREATED.test(name));
  const retained = names.filter((name) => !removed.includes(name));
  if (all) rmSync(dir, { recursive: true, force: true });
  else for (const name of removed) rmSync(join(dir, name), { recursive: true });
  const first =
    removed.length === 0 ? 'Nothing to remove.' : `Removed from ${dir}: ${removed.sort().join(', ')}.`;
  if (retained.length === 0) return `${first}\n`;
  return `${first}\nKept: ${retained.sort().join(', ')}. \`npm run reset -- --all\` removes everything.\n`;
}
