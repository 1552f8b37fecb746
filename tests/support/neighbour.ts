import { randomBytes, randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { run, type RunResult } from '@tocsin/tools';

const SCANNER = fileURLToPath(new URL('scan-ports.mjs', import.meta.url));

/** A network namespace of Linux: a machine of its own to everything that listens or connects. */
export interface NetworkNamespace {
  name: string;
  /** `command` as it has to be spawned to run in there; it keeps its process id. */
  inside(...command: string[]): [string, ...string[]];
  /** Ends nothing that runs in it. */
  remove(): Promise<void>;
}

/** A machine on the network of another one, to look at that from outside. */
export interface Neighbour extends NetworkNamespace {
  /** Where it reaches the other machine. */
  address: string;
  /** The same over IPv6; `undefined` where the system has none. */
  address6: string | undefined;
  /** Runs a command on the neighbour. */
  run(...command: string[]): Promise<RunResult>;
  /** Open TCP ports, of all 65,535, at `address` or another one. @throws Error if it cannot be reached */
  scan(address?: string): Promise<number[]>;
}

async function ip(...args: string[]): Promise<void> {
  const { code, output } = await run('ip', args);
  if (code !== 0) throw new Error(`ip ${args.join(' ')} failed: ${output}`);
}

/** Why no test can make network namespaces here; `undefined` where it can. */
export async function whyNoNamespaces(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
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

/** A network namespace with nothing but a loopback interface. */
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

/** A neighbour of `host`, by default of this machine: a namespace, joined to it by a pair of virtual interfaces. */
export async function makeNeighbour(host?: NetworkNamespace): Promise<Neighbour> {
  const namespace = await makeNamespace();
  const { name, inside } = namespace;
  const onHost = host ? ['-n', host.name] : [];
  const tag = randomBytes(4).toString('hex');
  const [outer, inner] = [`tn${tag}a`, `tn${tag}b`];
  // The networks for benchmarks (RFC 2544), which nothing else uses.
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
      // A system without IPv6 has nothing that could listen on it.
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
