import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { freePorts, pollUntil } from '@tocsin/tools';
import type { NetworkNamespace } from '../support/network/neighbour.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));

interface RunFileApp {
  appID: string;
  appPort: number;
  daprHTTPPort: number;
  daprGRPCPort: number;
  daprInternalGRPCPort: number;
  metricsPort: number;
  appDirPath: string;
  command: string[];
  env: Record<string, string>;
}
export interface RunFile {
  common: { resourcesPaths: string[]; configFilePath: string };
  apps: RunFileApp[];
}

type Change = (runFile: RunFile, dir: string) => void;

/** Writes a copy of `dapr.yaml` with stub applications. Each gets six free ports. The first is public. */
async function writeRunFile(dir: string, change?: Change): Promise<{ path: string; ports: number[] }> {
  const runFile = parse(readFileSync(join(ROOT, 'dapr.yaml'), 'utf8')) as RunFile;
  runFile.common.resourcesPaths = [join(ROOT, 'components')];
  runFile.common.configFilePath = join(ROOT, 'components', 'configuration.yaml');
  const all: number[] = [];
  for (const app of runFile.apps) {
    const ports = await freePorts(6);
    const [port = 0, internal = 0, http = 0, grpc = 0, internalGrpc = 0, metrics = 0] = ports;
    all.push(...ports);
    Object.assign(app, { appPort: internal, daprHTTPPort: http, daprGRPCPort: grpc });
    Object.assign(app, { daprInternalGRPCPort: internalGrpc, metricsPort: metrics });
    Object.assign(app.env, { PORT: String(port), INTERNAL_PORT: String(internal) });
    app.appDirPath = HERE;
    app.command = ['node', 'stub-app.mjs'];
  }
  change?.(runFile, dir);
  const path = join(dir, 'run.yaml');
  writeFileSync(path, stringify(runFile));
  return { path, ports: all };
}

/** An `npm start` or `npm run dev` for a single test. */
export interface Launch {
  child: ChildProcess;
  dir: string;
  runFile: string;
  ports: number[];
  output: () => string;
  untilPrinted(text: string, timeoutMs?: number): Promise<void>;
  exit: Promise<number | null>;
}

export interface LaunchOptions {
  /** The default is `start`, which uses the run file. `dev` doesn't use it. */
  command?: 'start' | 'dev';
  /** The machine to run on. Default: this machine. */
  host?: NetworkNamespace;
  dir?: string;
  runFile?: { path: string; ports: number[] };
  env?: Record<string, string>;
  /** Changes the run file before it's saved. */
  change?: Change;
}

/** The original `dapr.yaml`, which defines Tocsin's applications and ports. */
export const REAL_RUN_FILE = { path: join(ROOT, 'dapr.yaml'), ports: [] };

/** Runs `node tools/start.mjs`. Default: `start` with a separate data folder and stub applications. */
export async function launch(options: LaunchOptions = {}): Promise<Launch> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'tocsin-start-'));
  const runFile = options.runFile ?? (await writeRunFile(dir, options.change));
  const { command = 'start', host } = options;
  const args = command === 'start' ? ['--run-file', runFile.path, '--data', join(dir, 'data')] : [];
  const words = [process.execPath, 'tools/start.mjs', command, ...args] as const;
  const [program, ...rest] = host ? host.inside(...words) : words;
  const child = spawn(program, rest, {
    cwd: ROOT,
    env: { ...process.env, BROWSER: 'none', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (text += data.toString()));
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    child,
    dir,
    runFile: runFile.path,
    ports: runFile.ports,
    output: () => text,
    exit,
    untilPrinted: async (wanted, timeoutMs = 60_000) => {
      const giveUp = () => (child.exitCode === null ? undefined : `it exited with ${child.exitCode}`);
      const fault = await pollUntil(async () => text.includes(wanted), { timeoutMs, giveUp });
      if (fault) throw new Error(`"${wanted}" was not printed: ${fault}. The output:\n${text}`);
    },
  };
}

export const removeDir = (dir: string): void => rmSync(dir, { recursive: true, force: true });
