import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { withLock } from './lock.ts';
import type { Say } from './say.ts';

export interface CachedBuild {
  /** The file or folder to build. */
  target: string;
  /** Name for messages, for example `Dapr`. */
  name: string;
  /** Writes the build output to `partial`, which is renamed to `target` once the promise resolves. */
  build: (partial: string) => Promise<void>;
}

/**
 * Builds a file or folder into the user's cache, unless it is already there. An interrupted or failed build never
 * counts as finished. Concurrent builds wait for each other. Rejects with the build's error, after removing any partial
 * output.
 * @returns `target`
 */
export async function buildIntoCache({ target, name, build }: CachedBuild, say: Say): Promise<string> {
  const partial = `${target}.partial`;
  const remove = () => rmSync(partial, { recursive: true, force: true });
  const work = async () => {
    if (existsSync(target)) return;
    remove();
    mkdirSync(dirname(target), { recursive: true });
    try {
      await build(partial);
      renameSync(partial, target);
    } finally {
      remove();
    }
  };
  if (!existsSync(target)) {
    const onWait = (holder: number) =>
      say(`Another process (${holder}) is building ${name} for this user; waiting for it.`);
    await withLock(`${target}.lock`, work, onWait);
  }
  return target;
}
