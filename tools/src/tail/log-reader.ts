import { open, type FileHandle } from 'node:fs/promises';
import { hasCode } from '../failure.ts';
import { rotatedFileOf } from '../start/logs/log-file.ts';

/** Reads a log that `LogFile` writes, including the file that it has renamed. */
export class LogReader {
  readonly #path: string;
  /** The position up to which each file has been read, by inode. A renamed file keeps its inode. */
  #offsets = new Map<number, number>();

  constructor(path: string) {
    this.#path = path;
  }

  /** The lines that were added since the last call. */
  async *newLines(): AsyncGenerator<string> {
    // Opened first, so a rename between the two calls can't hide this file.
    const current = await openIfExists(this.#path);
    const renamed = await openIfExists(rotatedFileOf(this.#path));
    const before = this.#offsets;
    // Forget deleted files, because new files can get their inodes.
    this.#offsets = new Map();
    try {
      if (renamed) yield* this.#readRest(renamed, before);
      if (current) yield* this.#readRest(current, before);
    } finally {
      await renamed?.close();
      await current?.close();
    }
  }

  async *#readRest(file: FileHandle, before: ReadonlyMap<number, number>): AsyncGenerator<string> {
    const { ino, size } = await file.stat();
    const offset = this.#offsets.get(ino) ?? before.get(ino) ?? 0;
    this.#offsets.set(ino, size);
    // A file that has become smaller was emptied, so read it from the start.
    const start = size < offset ? 0 : offset;
    if (size > start) yield* file.readLines({ start, end: size - 1, autoClose: false });
  }
}

async function openIfExists(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
