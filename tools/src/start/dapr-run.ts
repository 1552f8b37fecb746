import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { childrenOf, environmentOf, type ChildInfo } from '../process/children.ts';
import { sendSignal } from '../process/managed-process.ts';
import { guard, release } from '../process/reaper.ts';
import { isAlive } from '../setup/lock.ts';
import { COLOURS } from './log-line.ts';
import type { RunFileApp } from './run-file.ts';

export interface DaprRunOptions {
  cli: string;
  runFile: string;
  cwd: string;
  env: Record<string, string>;
  apps: readonly RunFileApp[];
  /** Each line that CLI, sidecars and applications print. */
  onLine: (line: string) => void;
}

/** An application or sidecar that `dapr run -f` has started. */
export interface Part {
  pid: number;
  role: 'application' | 'sidecar';
  /** Which pair it belongs to, where the system tells. */
  app: RunFileApp | undefined;
}

/** What the CLI says when a process has ended by itself. */
const ENDED = /^(?:\W*)(?:The (App|daprd) process exited with error code|Exited (App|Dapr) successfully)/;

const LOOK_MS = 500;
/** Together below 15 s, the longest that a stop may take. */
const APPS_MS = 9_500;
const SIDECARS_MS = 1_500;
const CLI_MS = 1_500;

/**
 * `dapr run -f`: it starts the pairs one after the other and then only waits, also when one of them dies; so they are
 * watched here, by the process ids that it has started.
 */
export class DaprRun {
  readonly #options: DaprRunOptions;
  readonly #parts = new Map<number, Part>();
  #cli: ChildProcess | undefined;
  #reported: Part['role'] | undefined;
  #exit: Promise<void> = Promise.resolve();

  constructor(options: DaprRunOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    const { cli, runFile, cwd, env, onLine } = this.#options;
    const child = spawn(cli, ['run', '-f', runFile], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.#noteEnd(line);
        onLine(line);
      });
    }
    return new Promise((resolve, reject) => {
      child.once('error', (error) => reject(new Failure(`${cli} could not be started: ${error.message}`)));
      child.once('spawn', () => {
        this.#cli = child;
        // The CLI makes itself the leader of a process group, which all that it starts belongs to.
        guard(this.#pid);
        this.#exit = new Promise((done) => child.once('exit', () => done()));
        resolve();
      });
    });
  }

  get #pid(): number {
    return this.#cli?.pid ?? 0;
  }

  get #cliRuns(): boolean {
    return this.#cli !== undefined && this.#cli.exitCode === null && this.#cli.signalCode === null;
  }

  /** The public port of the application with this process id, where the system tells. */
  portOf(pid: number): number | undefined {
    return (this.#parts.get(pid) ?? this.#describe({ pid, command: '' })).app?.port;
  }

  #noteEnd(line: string): void {
    const ended = ENDED.exec(line.replace(COLOURS, ''));
    if (ended) this.#reported = (ended[1] ?? ended[2]) === 'App' ? 'application' : 'sidecar';
  }

  /**
   * Watches what runs until something of it ends, or `signal` aborts; then it can be called again for the rest.
   * @returns the part that has ended, `'dapr run'` for the CLI, `undefined` for the signal.
   */
  async watch(signal: AbortSignal): Promise<Part | 'dapr run' | undefined> {
    while (!signal.aborted) {
      if (!this.#cliRuns) return 'dapr run';
      const alive = await this.#look();
      if (signal.aborted) return undefined;
      const dead = [...this.#parts.values()].find((part) => !alive.has(part.pid));
      const role = dead?.role ?? this.#reported;
      if (role) {
        this.#reported = undefined;
        if (dead) this.#parts.delete(dead.pid);
        return dead?.app ? dead : this.#neverSeen(role, alive);
      }
      await delay(LOOK_MS);
    }
    return undefined;
  }

  async #look(): Promise<Set<number>> {
    const children = await childrenOf(this.#pid);
    for (const child of children) {
      // Between fork and exec a child still looks like the CLI, which also asks the runtime for its version.
      const isPart =
        !child.command.endsWith(` run -f ${this.#options.runFile}`) && !child.command.endsWith(' --version');
      if (isPart && !this.#parts.get(child.pid)?.app) this.#parts.set(child.pid, this.#describe(child));
    }
    return new Set(children.map(({ pid }) => pid));
  }

  /** A part that ended before it was known: that of the first pair which has none, since they start in order. */
  #neverSeen(role: Part['role'], alive: ReadonlySet<number>): Part {
    const living = [...this.#parts.values()].filter((part) => part.role === role && alive.has(part.pid));
    return { pid: 0, role, app: this.#options.apps.find((app) => !living.some((part) => part.app === app)) };
  }

  #describe({ pid, command }: ChildInfo): Part {
    const internalPort = /--app-port (\d+)/.exec(command)?.[1];
    const role = internalPort === undefined ? 'application' : 'sidecar';
    const publicPort = environmentOf(pid, 'PORT');
    const app = this.#options.apps.find((one) =>
      role === 'sidecar' ? one.internalPort === Number(internalPort) : one.port === Number(publicPort),
    );
    return { pid, role, app };
  }

  /** Ends the applications gracefully, then their sidecars, then the CLI. Resolves when all are gone. */
  async stop(): Promise<void> {
    if (!this.#cli) return;
    if (this.#cliRuns) await this.#look();
    await this.#end('application', APPS_MS);
    await this.#end('sidecar', SIDECARS_MS);
    if (this.#cliRuns) sendSignal(this.#pid, 'SIGTERM');
    await Promise.race([this.#exit, delay(CLI_MS)]);
    sendSignal(-this.#pid, 'SIGKILL');
    await this.#exit;
    release(this.#pid);
  }

  async #end(role: Part['role'], timeoutMs: number): Promise<void> {
    const pids = [...this.#parts.values()].filter((part) => part.role === role).map(({ pid }) => pid);
    for (const pid of pids) sendSignal(pid, 'SIGTERM');
    const end = Date.now() + timeoutMs;
    while (pids.some(isAlive) && Date.now() < end) await delay(50);
    for (const pid of pids) sendSignal(pid, 'SIGKILL');
  }
}
