import { mkdirSync, rmSync } from 'node:fs';
import { Failure } from '../failure.ts';
import { tryLock } from '../setup/lock.ts';
import { apiKeysFile } from './stored-secrets.ts';

/**
 * Changes the API keys while no other process does. Two concurrent changes could otherwise overwrite each other.
 * @throws Failure if another process is changing them
 */
export function withLock(dataDir: string, change: () => void): void {
  mkdirSync(dataDir, { recursive: true });
  const file = `${apiKeysFile(dataDir)}.lock`;
  if (!tryLock(file)) {
    throw new Failure(
      `Another process is changing the API keys, so nothing was changed. Try again. If no other \`npm run api-key\` is running, delete ${file} first.`,
    );
  }
  try {
    change();
  } finally {
    rmSync(file, { force: true });
  }
}
