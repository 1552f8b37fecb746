import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureRedisServer, ManagedProcess, pollUntil, ROOT } from '@tocsin/tools';
import { hostEnvironment } from '../../tools/src/config.ts';
import { ensureDaprCli } from '../../tools/src/setup/dapr/dapr-cli.ts';
import { ensureDapr } from '../../tools/src/setup/dapr/dapr.ts';
import { isLoopback, listenersOf, treeOf } from '../support/network/listeners.ts';
import {
  makeNamespace,
  makeNeighbour,
  missingNamespaces,
  type Neighbour,
  type NetworkNamespace,
} from '../support/network/neighbour.ts';
import { removeDir } from '../tools/launch.ts';

const cli = await ensureDaprCli();
const missing = cli ? await missingNamespaces() : 'neither the Dapr CLI nor Go is installed';
if (missing) console.log(`dapr run -f was not tested: ${missing}`);

/** The ports are fixed, so the command runs in a separate network namespace. */
describe.skipIf(missing)('dapr run -f dapr.yaml', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-dapr-run-'));
  const processes: ManagedProcess[] = [];
  let host: NetworkNamespace;
  let neighbour: Neighbour;

  const start = async (name: string, env: Record<string, string>, ...words: string[]) => {
    const [command, ...args] = host.inside(...words);
    const process = new ManagedProcess({
      name,
      command,
      args,
      cwd: ROOT,
      env: { ...hostEnvironment(), ...env },
      logFile: join(dir, `${name}.log`),
    });
    processes.unshift(process);
    await process.start();
    return process;
  };

  beforeAll(async () => {
    host = await makeNamespace();
    // Without a network, daprd can't resolve names and exits.
    neighbour = await makeNeighbour(host);
  });
  afterAll(async () => {
    for (const process of processes) await process.stop();
    await neighbour.remove();
    await host.remove();
    removeDir(dir);
  });

  it('should serve the applications, and open only the ports that secure-it.md lists', async () => {
    const { command } = await ensureRedisServer(console.log);
    await start('redis', {}, command, '--bind', '127.0.0.1', '--dir', dir, '--save', '');
    // daprd is at <runtime path>/.dapr/bin/daprd.
    const runtimePath = dirname(dirname(dirname((await ensureDapr()).daprd)));
    const cliProcess = await start(
      'cli',
      { DAPR_RUNTIME_PATH: runtimePath },
      cli ?? '',
      'run',
      '-f',
      'dapr.yaml',
    );
    const listeners = async () => listenersOf(await treeOf(cliProcess.pid));
    const expected = [
      ...['tcp 4400', 'tcp 4401', 'tcp 4402'],
      ...['tcp 4500', 'tcp 4501', 'tcp 4502'],
      'udp 5353',
    ];
    const fault = await pollUntil(
      async () => {
        const found = (await listeners()).map(({ protocol, port }) => `${protocol} ${port}`);
        return ['tcp 4000', 'tcp 4001', 'tcp 4002', ...expected].every((listener) =>
          found.includes(listener),
        );
      },
      { timeoutMs: 90_000, everyMs: 500, giveUp: () => (cliProcess.running ? undefined : 'it has exited') },
    );
    expect(fault && `${fault}\n${cliProcess.tail(20)}`).toBeUndefined();
    const open = (await listeners()).filter((listener) => !isLoopback(listener));
    const ports = open.map(({ protocol, port }) => `${protocol} ${port}`);
    expect([...new Set(ports)].sort()).toEqual(expected);
  });
});
