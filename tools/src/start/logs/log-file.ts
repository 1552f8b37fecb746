import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** If the log file is larger than this (bytes), it is rotated. Only one rotated file is kept. */
const MAX_BYTES = 50 * 1024 * 1024;
const CHECK_EVERY = 500;

/** The file where `npm start` writes all processes' raw lines. */
export const logFileOf = (dataDir: string): string => join(dataDir, 'log', 'tocsin.log');

/** The file that a full log file is renamed to. */
export const rotatedFileOf = (path: string): string => `${path}.1`;

/** Keeps all processes' raw lines for `npm run tail`, using at most two files of 50 MB. */
export class LogFile {
  readonly path: string;
  readonly #onError: (error: unknown) => void;
  #lines = 0;
  #isFailing = false;

  /**
   * Calls `onError` when writing starts to fail, for example because the disk is full. Doesn't call it again until a
   * write has succeeded.
   */
  constructor(path: string, onError: (error: unknown) => void) {
    this.path = path;
    this.#onError = onError;
    mkdirSync(dirname(path), { recursive: true });
  }

  /** Writes a line. Drops it if writing fails, because a log error must not end `npm start`. */
  write(line: string): void {
    try {
      this.#append(line);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#onError(error);
      this.#isFailing = true;
    }
  }

  #append(line: string): void {
    if (this.#lines++ % CHECK_EVERY === 0 && existsSync(this.path) && statSync(this.path).size > MAX_BYTES) {
      renameSync(this.path, rotatedFileOf(this.path));
    }
    appendFileSync(this.path, `${line}\n`);
  }
}
