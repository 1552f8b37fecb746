import { existsSync, rmSync } from 'node:fs';
import { Failure } from '../../failure.ts';
import { DATA_DIR } from '../../paths.ts';
import { findRunning } from './running.ts';

/**
 * Removes the data of `npm start`.
 * @throws Failure while it is running
 */
export async function reset(): Promise<number> {
  const running = await findRunning(DATA_DIR);
  if (running) {
    throw new Failure(
      `Tocsin is running in this folder (process ${running.pid}). Stop it with Ctrl-C in its terminal, then reset again.`,
    );
  }
  const existed = existsSync(DATA_DIR);
  rmSync(DATA_DIR, { recursive: true, force: true });
  process.stdout.write(existed ? `Removed ${DATA_DIR}.\n` : 'Nothing to remove.\n');
  return 0;
}
