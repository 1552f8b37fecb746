import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { OPS_ROLE } from '@tocsin/contracts';
import { hashOf } from '../../../producer/src/auth/callers.ts';
import { signToken } from '../../../tools/src/auth/sign-token.ts';
import type { Ports } from './port-names.ts';
import type { Start, PortsMessage } from './ports-child.ts';

/** Serves all of Tocsin's HTTP ports with memory adapters in a separate process. Reports the process's CPU time. */
export class PortsProcess {
  readonly ports: Ports;
  /** Headers with a valid API key. `token` and `appToken` are headers with valid tokens. */
  readonly key: Record<string, string>;
  readonly token: Record<string, string>;
  readonly appToken: Record<string, string>;
  readonly #child: ChildProcess;

  private constructor(
    child: ChildProcess,
    ports: Ports,
    keys: Pick<PortsProcess, 'key' | 'token' | 'appToken'>,
  ) {
    this.#child = child;
    this.ports = ports;
    this.key = keys.key;
    this.token = keys.token;
    this.appToken = keys.appToken;
  }

  static async start(settings: Record<string, string> = {}): Promise<PortsProcess> {
    const child = fork(fileURLToPath(new URL('./ports-child.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
    });
    const [key, jwt, appToken] = [1, 2, 3].map(() => randomBytes(32).toString('hex')) as [
      string,
      string,
      string,
    ];
    const record = { name: 'test', hash: hashOf(key), feeds: ['*'], perSecond: 10_000 };
    const start: Start = { secrets: { apikeys: JSON.stringify([record]), jwt }, appToken, settings };
    child.send(start);
    const message = await nextMessage(child);
    if (!('ports' in message)) throw new Error('The ports did not start.');
    return new PortsProcess(child, message.ports, {
      key: { 'x-api-key': key },
      token: { authorization: `Bearer ${await sign(jwt)}` },
      appToken: { 'dapr-api-token': appToken },
    });
  }

  /** Runs `work`, and resolves with the CPU time (ms) that the process spent on it. */
  async cpuMs(work: () => Promise<unknown>): Promise<number> {
    const before = await this.#cpuMicros();
    await work();
    return ((await this.#cpuMicros()) - before) / 1_000;
  }

  async #cpuMicros(): Promise<number> {
    this.#child.send('cpu');
    const reply = await nextMessage(this.#child);
    if (!('cpuMicros' in reply)) throw new Error('The process did not report its CPU time.');
    return reply.cpuMicros;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}

/** Resolves with the next message from the process. @throws Error if the process has exited */
const nextMessage = (child: ChildProcess): Promise<PortsMessage> =>
  new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('The process that serves the ports has exited.'));
    child.once('exit', onExit);
    child.once('message', (reply: PortsMessage) => {
      child.off('exit', onExit);
      resolve(reply);
    });
  });

/** Signs a token for a reader who can read all feeds and use the ops page. */
const sign = (secret: string): Promise<string> =>
  signToken({
    claims: { sub: 'ada', feeds: ['*'], roles: [OPS_ROLE] },
    exp: Math.floor(Date.now() / 1_000) + 3_600,
    ...{ issuer: 'tocsin', audience: 'tocsin', secret },
  });
