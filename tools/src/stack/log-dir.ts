import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ARTIFACTS_DIR } from '../paths.ts';

const MAX_FOLDERS = 20;

/** Creates a folder for logs in `.artifacts/logs`, and deletes the oldest folders there so that at most 20 remain. */
export function newLogDir(parent = join(ARTIFACTS_DIR, 'logs')): string {
  mkdirSync(parent, { recursive: true });
  const older = readdirSync(parent).sort();
  for (const name of older.slice(0, Math.max(0, older.length - MAX_FOLDERS + 1))) {
    rmSync(join(parent, name), { recursive: true, force: true });
  }
  const name = `${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}-${Math.random().toString(36).slice(2, 6)}`;
  const dir = join(parent, name);
  mkdirSync(dir);
  return dir;
}
