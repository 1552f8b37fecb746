import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseJson } from '@tocsin/contracts';
import { z } from 'zod';
import { hasCode } from '../../failure.ts';
import { commandOf } from '../../process/children.ts';

const runningSchema = z.object({ pid: z.int(), folder: z.string() });

/** A running copy of Tocsin: the process id of `npm start` and the repository folder. */
export type RunningCopy = z.infer<typeof runningSchema>;

const fileIn = (dir: string) => join(dir, 'running.json');

/**
 * The running copy registered in `dir`. Pass the data folder for the copy in this repository, or the user's cache for
 * the last copy that this user started.
 */
export async function findRunning(dir: string): Promise<RunningCopy | undefined> {
  let text: string;
  try {
    text = readFileSync(fileIn(dir), 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  // Invalid JSON comes from a copy that was killed while writing the file, so that copy isn't running.
  const result = runningSchema.safeParse(parseJson(text));
  // This process hasn't registered itself yet, so a file with its id is left over: a restarted container assigns the
  // same process ids again.
  if (!result.success || result.data.pid === process.pid) return undefined;
  // Systems reuse process ids, so check that the command is ours.
  const command = await commandOf(result.data.pid);
  return command?.includes('cli.ts') ? result.data : undefined;
}

/** Registers this process in each of `dirs` until it exits. */
export function registerRunning(folder: string, dirs: readonly string[]): void {
  const files = dirs.map(fileIn);
  const content = JSON.stringify({ pid: process.pid, folder });
  for (const file of files) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  process.once('exit', () => {
    for (const file of files) if (contentOf(file) === content) rmSync(file, { force: true });
  });
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
