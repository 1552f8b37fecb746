import { join } from 'node:path';
import type { RunningApp } from '@tocsin/service';
import { createServer } from 'vite';
import { ROOT } from '../paths.ts';

export interface PageOptions {
  port: number;
  /** The address to listen on. */
  host: string;
  /** The server to proxy /app and /hubs to. */
  bffUrl: string;
}

/** Serves the page's sources with hot reload. The page shows that it's a development version. */
export async function startPage({ port, host, bffUrl }: PageOptions): Promise<RunningApp> {
  const root = join(ROOT, 'ui');
  const server = await createServer({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    define: { 'import.meta.env.VITE_IN_MEMORY': true },
    server: {
      port,
      host,
      strictPort: true,
      proxy: { '/app': { target: bffUrl }, '/hubs': { target: bffUrl, ws: true } },
    },
  });
  await server.listen();
  return { stop: () => server.close() };
}
