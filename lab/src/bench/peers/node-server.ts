import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '@tocsin/tools/config';
import { ManagedProcess } from '@tocsin/tools/process/managed-process';
import { nodeOptionsOf, serverNode } from './server-node.ts';

const SERVERS = fileURLToPath(new URL('servers/', import.meta.url));

export interface NodeServerOptions {
  name: string;
  /** The file in `servers/` without the extension. */
  file: string;
  args: readonly string[];
  logDir: string;
}

/** Creates (but doesn't start) a Node process for a benchmark server, using the same Node options as our bff. */
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
