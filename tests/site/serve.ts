import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Returns the file for an address. Page addresses have no extension, as on static hosts with clean URLs. */
function fileAt(address: string): string {
  const path = decodeURIComponent(address);
  if (path.endsWith('/')) return `${path}index.html`;
  return extname(path) === '' ? `${path}.html` : path;
}

/** Serves a built site on a free port of 127.0.0.1. */
export async function serve(folder: string): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    const file = fileAt(new URL(request.url ?? '/', 'http://site').pathname);
    const send = (status: number, name: string) =>
      readFile(join(folder, name)).then((content) =>
        response.writeHead(status, { 'Content-Type': TYPES[extname(name)] ?? 'image/png' }).end(content),
      );
    void send(200, file).catch(() => send(404, '404.html'));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` };
}
