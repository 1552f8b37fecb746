import { mkdirSync, rmSync } from 'node:fs';
import { Failure } from '../failure.ts';
import { tryLock } from '../setup/lock.ts';
import { apiKeysFile } from './stored-secrets.ts';

/**
 * Runs `change` while holding the lock on the API keys, so that two processes can't overwrite each other's changes.
 * @throws Failure if another process is changing the keys
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
