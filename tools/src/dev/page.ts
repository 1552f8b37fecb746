import { join } from 'node:path';
import type { RunningApp } from '@tocsin/service';
import { createServer } from 'vite';
import { ROOT } from '../paths.ts';

export interface PageOptions {
  port: number;
  /** The address to listen on. */
  host: string;
  /** The server to which /app and /hubs are proxied. */
  bffUrl: string;
}

/** Serves the page's sources with hot reload. The page shows that it is a development version. */
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
