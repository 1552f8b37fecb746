import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Failure, hasCode } from '../failure.ts';
import { guard, release } from './reaper.ts';
import { tailOf } from './tail.ts';

export interface ProcessSpec {
  /** Its readable name: `bff-1`, `redis`. */
  name: string;
  command: string;
  args: readonly string[];
  cwd?: string;
  /** The whole environment, nothing is inherited. */
  env: Record<string, string>;
  /** Standard output and error are appended here, unless there is `onLine`. */
  logFile: string;
  /** Takes each line of both as it comes, and keeps it in `logFile` or lets it go. */
  onLine?: (line: string) => void;
  /** Time for a graceful end before `stop()` kills, in ms; default 10 000. */
  stopTimeoutMs?: number;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface StartOptions {
  /** Added to the environment of this one start. */
  env?: Record<string, string>;
}

/**
 * A process that can be killed, stopped and started again with the same arguments, so on the same ports. It leads a
 * process group of its own: a terminal's Ctrl-C does not reach it, and what it started ends with it.
 */
export class ManagedProcess {
  readonly spec: ProcessSpec;
  #child: ChildProcess | undefined;
  #exit: Promise<Exit> = Promise.resolve({ code: null, signal: null });
  #lastExit: Exit | undefined;

  constructor(spec: ProcessSpec) {
    this.spec = spec;
  }

  get name(): string {
    return this.spec.name;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  /** @throws Error if it does not run. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.name} does not run, so it has no process id.`);
    return pid;
  }

  /** How it ended the last time; `undefined` while the first run lasts. */
  get lastExit(): Exit | undefined {
    return this.#lastExit;
  }

  /**
   * Resolves when the process exists (not when it is ready).
   * @throws Failure if its command cannot be run. @throws Error if it already runs.
   */
  async start({ env = {} }: StartOptions = {}): Promise<void> {
    if (this.#child) throw new Error(`${this.name} already runs as process ${this.pid}.`);
    const { command, args, cwd, logFile, onLine } = this.spec;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = onLine ? 'pipe' : openSync(logFile, 'a');
    try {
      const child = spawn(command, args, {
        ...(cwd ? { cwd } : {}),
        env: { ...this.spec.env, ...env },
        stdio: ['ignore', log, log],
        detached: true,
      });
      if (onLine) readLines(child, onLine);
      await spawned(child, this.name, command);
      this.#watch(child);
    } finally {
      if (log !== 'pipe') closeSync(log);
    }
  }

  #watch(child: ChildProcess): void {
    const pid = child.pid as number;
    this.#child = child;
    guard(pid);
    this.#exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        sendSignal(-pid, 'SIGKILL');
        release(pid);
        const exit = { code, signal };
        this.#lastExit = exit;
        this.#child = undefined;
        // Its last lines arrive before its end is reported, unless a process that left its group holds them
        // back.
        const timer = setTimeout(() => resolve(exit), LAST_LINES_MS);
        child.once('close', () => {
          clearTimeout(timer);
          resolve(exit);
        });
      });
    });
  }

  /**
   * Sends a signal. SIGKILL, SIGSTOP and SIGCONT go to all that it started too, the others to the process alone.
   * After SIGKILL it resolves when the process is gone. Does nothing if it does not run.
   */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.#child) return;
    const toGroup = signal === 'SIGKILL' || signal === 'SIGSTOP' || signal === 'SIGCONT';
    sendSignal(toGroup ? -this.pid : this.pid, signal);
    if (signal === 'SIGKILL') await this.#exit;
  }

  /** Ends it gracefully with SIGTERM, after `stopTimeoutMs` with SIGKILL; resolves when it is gone. */
  async stop(): Promise<void> {
    if (!this.#child) return;
    sendSignal(-this.pid, 'SIGCONT');
    sendSignal(this.pid, 'SIGTERM');
    const timer = setTimeout(() => void this.kill('SIGKILL'), this.spec.stopTimeoutMs ?? 10_000);
    await this.#exit;
    clearTimeout(timer);
  }

  /** `stop()`, then `start()`; the options are those of this one start. */
  async restart(options: StartOptions = {}): Promise<void> {
    await this.stop();
    await this.start(options);
  }

  /**
   * Resolves when the process has ended (at once if it does not run).
   * @throws Error after `timeoutMs`, if given.
   */
  async waitForExit(timeoutMs?: number): Promise<Exit> {
    if (timeoutMs === undefined) return this.#exit;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () =>
          reject(new Error(`${this.name} still runs after ${timeoutMs} ms. Its log: ${this.spec.logFile}`)),
        timeoutMs,
      );
    });
    return Promise.race([this.#exit, late]).finally(() => clearTimeout(timer));
  }

  /** The last lines of its log, to be shown with a failure. */
  tail(lines = 10): string {
    return tailOf(this.spec.logFile, lines);
  }
}

/** Longest wait for the last output of a process, in ms. */
const LAST_LINES_MS = 1_000;

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const input of [child.stdout, child.stderr]) {
    if (input) createInterface({ input }).on('line', onLine);
  }
}

const spawned = (child: ChildProcess, name: string, command: string): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(
        new Failure(
          `${name} could not be started: ${command} ${hasCode(error, 'ENOENT') ? 'was not found' : `failed (${error.message})`}.`,
        ),
      ),
    );
  });

/** Sends a signal to a process or (negative) group; ignores one that has ended. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}
