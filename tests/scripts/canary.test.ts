import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { ROOT } from '@tocsin/tools';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Runs the canary of `helm test` against a server that is both producer and bff. */
async function runCanary(
  env: Record<string, string>,
  onDelete: (response: ServerResponse) => void = (response) => response.writeHead(202).end(),
): Promise<{ code: number; output: string; tokens: string[] }> {
  const published: unknown[] = [];
  const tokens: string[] = [];
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'DELETE') return onDelete(response);
    if (request.method === 'POST') {
      published.push(JSON.parse(await text(request)));
      response.writeHead(202).end();
      return;
    }
    tokens.push(request.headers.authorization?.replace('Bearer ', '') ?? '');
    response.end(JSON.stringify({ publications: published.map((notification) => ({ notification })) }));
  }
  server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, 'k8s/chart/files/canary.mjs')],
      { env: { PRODUCER_URL: url, BFF_URL: url, ...env } },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr, tokens }),
    );
  });
}

describe('the canary of helm test', () => {
  it('should sign with the first line of the secret', async () => {
    const newest = 'new '.repeat(10);
    const { code, tokens } = await runCanary({ JWT_SECRET: `${newest}\n${'old '.repeat(10)}\n` });
    expect(code).toBe(0);
    const [header, claims, signature] = tokens[0]?.split('.') ?? [];
    expect(signature).toBe(createHmac('sha256', newest).update(`${header}.${claims}`).digest('base64url'));
  });

  it('should succeed even if the retraction gets no response', async () => {
    const { code, output } = await runCanary({}, (response) => response.destroy());
    expect(output).toContain('read it from a bff');
    expect(output).toContain('will expire on its own');
    expect(code).toBe(0);
  });
});
