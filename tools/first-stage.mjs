// First stage of every command: plain JavaScript that needs only Node. Checks Node's version, installs the packages if
// the lock file has changed, then starts the second stage.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MIN_VERSION = [20, 19];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, 'node_modules', '.tocsin-lock-hash');

const fail = (message) => {
  process.stderr.write(`${message}\n`);
  process.exit(1);
};

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1])) return;
  fail(
    `Tocsin needs Node ${MIN_VERSION.join('.')} or later; this is Node ${process.versions.node}. Install a newer version from ` +
      'https://nodejs.org/ (or with your version manager), then try again.',
  );
}

let child;
let stopping = false;

/** Runs a command in this terminal and forwards signals to it. Resolves with the exit code. */
function runInTerminal(command, args, stdio) {
  return new Promise((resolve) => {
    child = spawn(command, args, { cwd: root, stdio });
    child.once('error', (error) => fail(`cannot start ${command}: ${error.message}`));
    child.once('exit', (code, signal) => {
      child = undefined;
      resolve(signal ? 1 : code);
    });
  });
}

const stop = (signal) => {
  stopping = true;
  child?.kill(signal);
};

/** True if npm's records list every required package in the lock file as installed, and each workspace is linked. */
function isInstalled(lock) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(JSON.parse(lock).packages).every(
    ([path, { version, link, optional }]) =>
      !path.startsWith('node_modules/') ||
      optional ||
      (link ? existsSync(join(root, path)) : installed[path]?.version === version),
  );
}

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Waits while another first stage installs in this folder, since the two would overwrite each other's files. */
async function lockInstall() {
  const folder = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const file = join(tmpdir(), `tocsin-install-${folder}.lock`);
  while (!stopping) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      process.once('exit', () => rmSync(file, { force: true }));
      return file;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (!existsSync(file)) continue;
    const holder = Number(readFileSync(file, 'utf8'));
    // This process doesn't hold the lock yet. If the lock has its id, an earlier process left the lock behind: a
    // restarted container assigns the same ids again.
    if (holder === process.pid || !isAlive(holder)) rmSync(file, { force: true });
  }
  return process.exit(1);
}

async function install() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(lock).digest('hex');
  const isFresh = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash;
  if (isFresh()) return;
  const lockFile = await lockInstall();
  if (!isFresh() && !isInstalled(lock)) {
    // Standard output is reserved for the command's result, for example a token or a key.
    process.stderr.write(
      'Installing packages (npm ci). This won’t be repeated until package-lock.json changes.\n',
    );
    const code = await runInTerminal(
      'npm',
      ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
      ['inherit', 2, 2],
    );
    if (stopping) process.exit(1);
    if (code !== 0) {
      fail(
        'npm ci failed; its output is above. Fix the cause (often the network or the registry), then try again.',
      );
    }
  }
  writeFileSync(stampFile, hash);
  rmSync(lockFile, { force: true });
}

/**
 * Runs the second stage `cli` (a path relative to the repository), which runs the command named on the command line.
 */
export async function runCommand(cli) {
  checkNode();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
  if (process.env.npm_lifecycle_event) {
    // A signal may end npm's shell without reaching this process.
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && stop('SIGTERM'), 500).unref();
  }
  await install();
  // The channel closes when this process exits for any reason, which tells the second stage to stop.
  const code = await runInTerminal(
    process.execPath,
    ['--import', 'tsx', join(...cli.split('/')), ...process.argv.slice(2)],
    ['inherit', 'inherit', 'inherit', 'ipc'],
  );
  process.exit(code);
}
