import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { guard, release } from '@tocsin/tools/process/reaper';
import type { Gap, Gone, ShownNotification } from '../../ledger/observer.ts';

export interface SlowClientReport {
  ready: boolean;
  shown: ShownNotification[];
  gone: Gone[];
  gaps: Gap[];
}

/** A client in a separate process. Stopping the process keeps the client from reading the socket. */
export class SlowClient {
  readonly name: string;
  readonly feed: string;
  shown: ShownNotification[] = [];
  gone: Gone[] = [];
  gaps: Gap[] = [];
  readonly #child: ChildProcess;

  constructor(name: string, url: string, feed: string, token?: string) {
    this.name = name;
    this.feed = feed;
    const script = fileURLToPath(new URL('./slow-client-process.ts', import.meta.url));
    this.#child = fork(script, [url, feed, ...(token ? [token] : [])], {
      execArgv: ['--import', 'tsx'],
      detached: true,
    });
    const { pid } = this.#child;
    if (pid !== undefined) {
      guard(pid);
      this.#child.once('exit', () => release(pid));
    }
  }

  async ready(): Promise<void> {
    while (!(await this.report()).ready) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  stop(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Updates `shown`, `gone` and `gaps`. */
  async report(): Promise<SlowClientReport> {
    this.#child.send('report');
    const [report] = (await once(this.#child, 'message')) as [SlowClientReport];
    this.shown = report.shown;
    this.gone = report.gone;
    this.gaps = report.gaps;
    return report;
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }
}
