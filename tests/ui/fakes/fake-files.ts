import { createReadStream, existsSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const PAGES: Record<string, string> = { '/': '/index.html', '/ops': '/ops.html', '/demo': '/demo.html' };

/** Serves a file from `dist`, or the “not found” page. */
export function serveFile(dist: string, pathname: string, response: ServerResponse): void {
  const requested = join(dist, normalize(PAGES[pathname] ?? pathname));
  const exists = requested.startsWith(dist) && existsSync(requested) && statSync(requested).isFile();
  const file = exists ? requested : join(dist, '404.html');
  if (!existsSync(file)) return void response.writeHead(404).end();
  response.writeHead(exists ? 200 : 404, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
  });
  createReadStream(file).pipe(response);
}
