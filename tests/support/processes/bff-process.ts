import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Notification } from '@tocsin/contracts';
import { makeNotifications } from '@tocsin/lab';
import { freePorts, pollUntil } from '@tocsin/tools';
import { expect } from 'vitest';
import type { Command, Reply } from './bff-child.ts';

/** A bff with the memory backend. Runs in a separate process, so that attacks don't affect the test process. */
export class BffProcess {
  readonly port: number;
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#child = child;
  }

  static async start(settings: Record<string, string> = {}): Promise<BffProcess> {
    const [port = 0] = await freePorts(1);
    const child = fork(fileURLToPath(new URL('./bff-child.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx', '--expose-gc'],
      env: { ...process.env, LOG_LEVEL: 'error', DRAIN_MS: '0', ...settings, PORT: String(port) },
    });
    await once(child, 'message');
    return new BffProcess(port, child);
  }

  /** @throws Error if the process has exited. */
  async #request(command: Command): Promise<Reply> {
    if (this.#child.exitCode !== null) throw new Error(`the bff exited with ${this.#child.exitCode}`);
    this.#child.send(command);
    const [reply] = (await once(this.#child, 'message')) as [Reply];
    return reply;
  }

  /** Publishes `count` notifications with bodies of `characters` four-byte characters. Resolves with the ids. */
  async publish(count: number, feed = 'all', characters = 1): Promise<string[]> {
    const createdAt = new Date().toISOString();
    const notifications = makeNotifications(count).map(({ id, title }): Notification => {
      return { id, title, feed, createdAt, severity: 'info', body: '🔔'.repeat(characters) };
    });
    await this.#request({ publish: notifications });
    return notifications.map(({ id }) => id);
  }

  /** Returns the heap used after garbage collection (bytes). */
  async heapUsed(): Promise<number> {
    const reply = await this.#request('memory');
    if (typeof reply !== 'object') throw new Error(`the bff replied ${reply}`);
    return reply.heapUsed;
  }

  /** Returns a metric's value, or 0 if it has no series. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    return line ? Number(line.slice(name.length + 1)) : 0;
  }

  async expectMetric(name: string, value: number): Promise<void> {
    let last = NaN;
    const read = async () => (last = await this.metric(name)) === value;
    const timedOut = await pollUntil(read, { timeoutMs: 20_000 });
    expect(timedOut && `${name} is ${last}, not ${value}`).toBeUndefined();
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}
