import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The files that a run's applications read failpoints from, one per kind of application. A failpoint makes a process
 * die, pause or fail at a step of the protocol.
 */
export class Failpoints {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Returns the environment variables for every application of this kind. */
  env(app: string): Record<string, string> {
    return { FAILPOINTS: `file:${join(this.#dir, app)}` };
  }

  /** Sets a failpoint. The first process that reaches the step triggers it. */
  set(app: string, spec: string): void {
    const unfinished = join(this.#dir, `.unfinished-${app}`);
    writeFileSync(unfinished, spec);
    renameSync(unfinished, join(this.#dir, app));
  }

  /** Returns the id of the process that triggered the failpoint, or `undefined` if none has. */
  triggeredBy(app: string): number | undefined {
    const name = readdirSync(this.#dir).find((candidate) => candidate.startsWith(`${app}.`));
    return name === undefined ? undefined : Number(name.slice(app.length + 1));
  }

  /** Clears the failpoint and the record of which process triggered it. */
  clear(app: string): void {
    for (const name of readdirSync(this.#dir)) {
      if (name === app || name.startsWith(`${app}.`)) rmSync(join(this.#dir, name), { force: true });
    }
  }
}
