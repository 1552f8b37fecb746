import { run } from '../process/run.ts';

/**
 * Resolves with a command that runs its arguments in a network namespace that has only a loopback interface, or with an
 * empty list if this machine doesn't allow that. Chromium aborts all requests (`ERR_NETWORK_CHANGED`) whenever one of
 * the machine's network interfaces changes, for example because another suite starts a container.
 */
export async function ownNetwork(): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const command = ['unshare', ...asRoot, '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
  return (await succeeds([...command, 'true'])) ? command : [];
}

async function succeeds([command = '', ...args]: readonly string[]): Promise<boolean> {
  return run(command, args).then(
    ({ code }) => code === 0,
    () => false,
  );
}
