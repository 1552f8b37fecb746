import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '@tocsin/tools/config';
import { ManagedProcess } from '@tocsin/tools/process/managed-process';
import { nodeOptionsOf, serverNode } from './server-node.ts';

const SERVERS = fileURLToPath(new URL('servers/', import.meta.url));

export interface NodeServerOptions {
  name: string;
  /** The file below `servers/`, without extension. */
  file: string;
  args: readonly string[];
  logDir: string;
}

/** A server of this benchmark in its own Node process, with the options of our bff. Not started yet. */
export const nodeServer = async ({ name, file, args, logDir }: NodeServerOptions): Promise<ManagedProcess> =>
  new ManagedProcess({
    name,
    command: await serverNode(),
    args: [...nodeOptionsOf('bff'), '--import', 'tsx', join(SERVERS, `${file}.ts`), ...args],
    cwd: SERVERS,
    env: { ...cleanEnvironment(), NODE_ENV: 'production' },
    logFile: join(logDir, `${name}.log`),
    stopTimeoutMs: 3_000,
  });
