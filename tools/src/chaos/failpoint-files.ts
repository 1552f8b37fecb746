import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files from which the applications of a run read their failpoints, one for each. */
export class FailpointFiles {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The environment of the application `name`. */
  env(name: string): Record<string, string> {
    return { FAILPOINTS: `file:${this.#path(name)}` };
  }

  set(name: string, spec: string): void {
    writeFileSync(this.#path(name), spec);
  }

  clear(name: string): void {
    rmSync(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#dir, `${name}.failpoints`);
  }
}
