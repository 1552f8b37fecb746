import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from '@tocsin/tools';

const FOLDER = join(homedir(), '.cache', 'tocsin', 'valkey-8-bookworm');
const SERVER = join(FOLDER, 'usr', 'bin', 'valkey-server');

/**
 * Returns the command that starts Valkey: `valkey-server` if it's on the PATH. Otherwise, downloads Valkey 8 once from
 * Debian's bookworm-backports, and unpacks it into the cache without installing it.
 * @throws Error if it can't be downloaded or unpacked
 */
export async function ensureValkey(): Promise<string> {
  const onPath = await run('valkey-server', ['--version']).catch(() => undefined);
  if (onPath?.code === 0) return 'valkey-server';
  if (existsSync(SERVER)) return SERVER;
  mkdirSync(join(FOLDER, 'lists', 'partial'), { recursive: true });
  const list = join(FOLDER, 'backports.list');
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(list, `deb [signed-by=${key}] http://deb.debian.org/debian bookworm-backports main\n`);
  const apt = [
    ...['-o', `Dir::Etc::sourcelist=${list}`, '-o', 'Dir::Etc::sourceparts=-'],
    ...['-o', `Dir::State::lists=${join(FOLDER, 'lists')}`],
  ];
  await runOrThrow('apt-get', [...apt, 'update']);
  // In Debian, the program valkey-server is a symlink to a file in the package valkey-tools.
  await runOrThrow('apt-get', [...apt, 'download', 'valkey-server', 'valkey-tools']);
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.deb')))
    await runOrThrow('dpkg', ['-x', join(FOLDER, file), FOLDER]);
  return SERVER;
}

async function runOrThrow(command: string, args: string[]): Promise<void> {
  const { code, output } = await run(command, args, { cwd: FOLDER });
  if (code !== 0) throw new Error(`\`${command}\` failed, so install valkey-server 8 yourself: ${output}`);
}
