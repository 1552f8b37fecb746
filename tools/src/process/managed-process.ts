import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Failure, hasCode } from '../failure.ts';
import { guard, release } from './reaper.ts';
import { tailOf } from './tail.ts';

export interface ProcessSpec {
  /** A readable name: `bff-1`, `redis`. */
  name: string;
  command: string;
  args: readonly string[];
  cwd?: string;
  /** The complete environment. Nothing is inherited. */
  env: Record<string, string>;
  /** Standard output and error are appended here if there is no `onLine`. */
  logFile: string;
  /** Called with each line of standard output and error. If set, only this function writes lines to `logFile`. */
  onLine?: (line: string) => void;
  /** Time (ms) that `stop()` waits for a graceful exit before sending SIGKILL. Defaults to 10,000. */
  stopTimeoutMs?: number;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface StartOptions {
  /** Added to the environment for this start only. */
  env?: Record<string, string>;
}

/**
 * A process that can be killed, stopped and restarted with the same arguments, and therefore on the same ports. It has
 * a separate process group, so Ctrl-C in a terminal doesn't reach it, and child processes die with it.
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

  /** @throws Error if it isn't running */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.name} is not running, so it has no process id.`);
    return pid;
  }

  /** How the last finished run ended, or `undefined` until the first run has finished. */
  get lastExit(): Exit | undefined {
    return this.#lastExit;
  }

  /**
   * Resolves once the process has been spawned. Doesn't wait until it is ready.
   * @throws Failure if the command can't be run
   * @throws Error if it is already running
   */
  async start({ env = {} }: StartOptions = {}): Promise<void> {
    if (this.#child) throw new Error(`${this.name} is already running as process ${this.pid}.`);
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
      await waitForSpawn(child, this.name, command);
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
        // Report the exit once the last lines have arrived, or after a timeout if another process keeps the pipe open.
        const timer = setTimeout(() => resolve(exit), LAST_LINES_MS);
        child.once('close', () => {
          clearTimeout(timer);
          resolve(exit);
        });
      });
    });
  }

  /**
   * Sends a signal. SIGKILL, SIGSTOP and SIGCONT go to the whole process group, other signals only to the process.
   * After SIGKILL, resolves when the process has exited. No-op if the process isn't running.
   */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.#child) return;
    const toGroup = signal === 'SIGKILL' || signal === 'SIGSTOP' || signal === 'SIGCONT';
    sendSignal(toGroup ? -this.pid : this.pid, signal);
    if (signal === 'SIGKILL') await this.#exit;
  }

  /** Sends SIGTERM, and SIGKILL after `stopTimeoutMs`. Resolves when the process has exited. */
  async stop(): Promise<void> {
    if (!this.#child) return;
    sendSignal(-this.pid, 'SIGCONT');
    sendSignal(this.pid, 'SIGTERM');
    const timer = setTimeout(() => void this.kill('SIGKILL'), this.spec.stopTimeoutMs ?? 10_000);
    await this.#exit;
    clearTimeout(timer);
  }

  async restart(options: StartOptions = {}): Promise<void> {
    await this.stop();
    await this.start(options);
  }

  /**
   * Resolves when the process has exited, immediately if it isn't running.
   * @throws Error after `timeoutMs`, if given
   */
  async waitForExit(timeoutMs?: number): Promise<Exit> {
    if (timeoutMs === undefined) return this.#exit;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new Error(`${this.name} is still running after ${timeoutMs} ms. Its log: ${this.spec.logFile}`),
          ),
        timeoutMs,
      );
    });
    return Promise.race([this.#exit, timeout]).finally(() => clearTimeout(timer));
  }

  tail(lines = 10): string {
    return tailOf(this.spec.logFile, lines);
  }
}

/** Time to wait for a process's last output (ms). */
const LAST_LINES_MS = 1_000;

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const input of [child.stdout, child.stderr]) {
    if (input) createInterface({ input }).on('line', onLine);
  }
}

const waitForSpawn = (child: ChildProcess, name: string, command: string): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(
        new Failure(
          `Could not start ${name}: ${command} ${hasCode(error, 'ENOENT') ? 'was not found' : `failed (${error.message})`}.`,
        ),
      ),
    );
  });

/** Sends a signal to a process or (if negative) process group. No-op if it has exited. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}
