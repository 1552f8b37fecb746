import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** At this size (bytes), the file is renamed to `.1`, replacing the previous `.1`. */
const MAX_BYTES = 50 * 1024 * 1024;
const CHECK_EVERY = 500;

/** The file that `npm start` writes the raw lines of all processes to. */
export const logFileOf = (dataDir: string): string => join(dataDir, 'log', 'tocsin.log');

/** Keeps the raw lines of all processes for `npm run tail`, in at most two files of 50 MB. */
export class LogFile {
  readonly path: string;
  #lines = 0;

  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
  }

  write(line: string): void {
    if (this.#lines++ % CHECK_EVERY === 0 && existsSync(this.path) && statSync(this.path).size > MAX_BYTES) {
      renameSync(this.path, `${this.path}.1`);
    }
    appendFileSync(this.path, `${line}\n`);
  }
}
