import { randomBytes, randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { run, type RunResult } from '@tocsin/tools';

const SCANNER = fileURLToPath(new URL('scan-ports.mjs', import.meta.url));

/** A Linux network namespace. For listeners and connections, it's like a separate machine. */
export interface NetworkNamespace {
  name: string;
  /** Returns a command that runs `command` in the namespace. `command` takes over the returned command's process id. */
  inside(...command: string[]): [string, ...string[]];
  /** Removes the namespace without stopping processes in it. */
  remove(): Promise<void>;
}

/** A machine on the same network as the machine under test, for testing from outside. */
export interface Neighbour extends NetworkNamespace {
  /** Address of the machine under test. */
  address: string;
  /** IPv6 address of the machine under test. `undefined` without IPv6 support. */
  address6: string | undefined;
  run(...command: string[]): Promise<RunResult>;
  /**
   * Scans all 65,535 TCP ports at `address` (by default the machine under test), and resolves with the open ports.
   * @throws Error if the address is unreachable
   */
  scan(address?: string): Promise<number[]>;
}

async function ip(...args: string[]): Promise<void> {
  const { code, output } = await run('ip', args);
  if (code !== 0) throw new Error(`ip ${args.join(' ')} failed: ${output}`);
}

/** Returns why tests can't create network namespaces on this machine, or `undefined` if they can. */
export async function missingNamespaces(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'network namespaces exist only on Linux';
  try {
    const host = await makeNamespace();
    try {
      await (await makeNeighbour(host)).remove();
    } finally {
      await host.remove();
    }
    return undefined;
  } catch (error) {
    return `network namespaces need root and iproute2 (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Creates a network namespace with only a loopback interface. */
export async function makeNamespace(): Promise<NetworkNamespace> {
  const name = `tocsin-${process.pid}-${randomBytes(3).toString('hex')}`;
  await ip('netns', 'add', name);
  await ip('-n', name, 'link', 'set', 'lo', 'up');
  return {
    name,
    inside: (...command) => ['ip', 'netns', 'exec', name, ...command],
    remove: () => ip('netns', 'del', name),
  };
}

/** Creates a neighbour of `host` (by default this machine): a namespace connected to it by virtual interfaces. */
export async function makeNeighbour(host?: NetworkNamespace): Promise<Neighbour> {
  const namespace = await makeNamespace();
  const { name, inside } = namespace;
  const onHost = host ? ['-n', host.name] : [];
  const tag = randomBytes(4).toString('hex');
  const [outer, inner] = [`tn${tag}a`, `tn${tag}b`];
  // Uses an address that RFC 2544 reserves for benchmarks, since these addresses are otherwise unused.
  const [third, last] = [randomInt(256), 4 * randomInt(64)];
  const [address, own] = [1, 2].map((offset) => `198.18.${third}.${last + offset}`);
  const network6 = `fd42:${tag.slice(0, 4)}:${tag.slice(4)}`;
  try {
    await ip(...onHost, 'link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name);
    await ip(...onHost, 'addr', 'add', `${address}/30`, 'dev', outer);
    await ip('-n', name, 'addr', 'add', `${own}/30`, 'dev', inner);
    await ip(...onHost, 'link', 'set', outer, 'up');
    await ip('-n', name, 'link', 'set', inner, 'up');
    await ip('-n', name, 'route', 'add', 'default', 'via', `${address}`);
  } catch (error) {
    await namespace.remove();
    throw error;
  }
  const address6 = await ip(...onHost, 'addr', 'add', `${network6}::1/64`, 'dev', outer, 'nodad')
    .then(() => ip('-n', name, 'addr', 'add', `${network6}::2/64`, 'dev', inner, 'nodad'))
    .then(
      () => `${network6}::1`,
      // On a system without IPv6, there is no address to test.
      () => undefined,
    );
  const runInside = (...words: string[]): Promise<RunResult> => {
    const [command, ...args] = inside(...words);
    return run(command, args);
  };
  return {
    ...namespace,
    address: `${address}`,
    address6,
    run: runInside,
    async scan(where = `${address}`) {
      const { code, output, stdout } = await runInside(process.execPath, SCANNER, where);
      if (code !== 0) throw new Error(`The scan of ${where} failed: ${output}`);
      return JSON.parse(stdout) as number[];
    },
  };
}
