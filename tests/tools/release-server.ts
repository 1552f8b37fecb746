import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '@tocsin/tools/process/run';
import {
  archivesOf,
  PLATFORMS,
  platformOf,
  type Release,
} from '../../tools/src/setup/dapr/release/release.ts';

/** How the server responds to the next request for a file. */
export type Behavior =
  | { kind: 'whole' }
  /** Number of bytes after which to end the connection. */
  | { kind: 'cut'; after: number }
  | { kind: 'corrupt' }
  /** Sends the file in small pieces, with a pause after each. */
  | { kind: 'slow'; pieces: number; pauseMs: number }
  /** Sends half of the file and then stays silent. */
  | { kind: 'silent' }
  | { kind: 'status'; status: number }
  /** Redirects to another URL for the same file, as GitHub does. */
  | { kind: 'redirect' }
  /** Closes the connection right after the last byte, as HTTP/1.0 servers do. */
  | { kind: 'close' }
  /** Ignores Range and sends the whole file, as servers without range support do. */
  | { kind: 'no-range' };

export interface ReleaseServer {
  url: string;
  release: Release;
  /** Every request's path and Range header. */
  requests: { file: string; range: string | undefined; method: string }[];
  /** How to respond to the next requests for each command's archive. Later requests get `whole`. */
  behaviors: Map<string, Behavior[]>;
  /** Also serves this platform's archives under every other platform's name. */
  serveAllPlatforms: () => void;
  close: () => void;
}

/**
 * Packs this platform's archives, for example `dapr_linux_amd64.tar.gz`. In place of a command that `commands` doesn't
 * contain, packs a short script.
 */
async function pack(dir: string, commands: Readonly<Record<string, string>>): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const { command, path, name } of archivesOf(
    { runtime: '1.18.1', cli: '1.16.5', digests: {} },
    platformOf(),
  )) {
    const from = commands[command];
    if (from === undefined) {
      mkdirSync(dir, { recursive: true });
      // Random comments make the archive large enough to be cut off.
      const filler = createHash('sha512').update(command).digest('hex').repeat(2);
      writeFileSync(join(dir, command), `#!/bin/sh\n# ${filler}\necho 1.18.1\n`);
      chmodSync(join(dir, command), 0o755);
    }
    const archive = join(dir, name);
    const folder = from === undefined ? dir : join(from, '..');
    const { code, output } = await run('tar', ['-C', folder, '-I', 'gzip -1', '-cf', archive, command]);
    if (code !== 0) throw new Error(output);
    files.set(`/${path}`, readFileSync(archive));
  }
  return files;
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** Serves release archives and checksum files as GitHub does, but on loopback. */
export async function releaseServer(commands: Readonly<Record<string, string>> = {}): Promise<ReleaseServer> {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-release-'));
  const files = await pack(dir, commands);
  rmSync(dir, { recursive: true });
  const requests: ReleaseServer['requests'] = [];
  const behaviors: ReleaseServer['behaviors'] = new Map();
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/\.sha256$/, '').replace(/^\/moved/, '');
    const content = files.get(path);
    const range = request.headers.range;
    requests.push({ file: request.url ?? '', range, method: request.method ?? '' });
    if (!content) response.writeHead(404).end();
    else if (request.url?.endsWith('.sha256')) response.end(`${sha256(content)}  ${basename(path)}\n`);
    else {
      const command = basename(path).split('_')[0] ?? '';
      const behavior = behaviors.get(command)?.shift() ?? { kind: 'whole' };
      if (behavior.kind === 'redirect') response.writeHead(302, { location: `/moved${path}` }).end();
      else void respond(response, content, range, behavior);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const digests = [...files].map(([path, content]) => [basename(path), sha256(content)] as const);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    release: { runtime: '1.18.1', cli: '1.16.5', digests: Object.fromEntries(digests) },
    requests,
    behaviors,
    serveAllPlatforms: () => {
      for (const [path, content] of [...files])
        for (const platform of PLATFORMS) files.set(path.replace(platformOf(), platform), content);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function respond(
  response: ServerResponse,
  whole: Buffer,
  range: string | undefined,
  behavior: Exclude<Behavior, { kind: 'redirect' }>,
): Promise<void> {
  if (behavior.kind === 'status') {
    response.writeHead(behavior.status).end();
    return;
  }
  const from = behavior.kind === 'no-range' ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  if (from >= whole.length) {
    response.writeHead(416).end();
    return;
  }
  const content = Buffer.from(whole.subarray(from));
  if (behavior.kind === 'corrupt') content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 1;
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': content.length,
    ...(behavior.kind === 'close' && { connection: 'close' }),
    ...(from > 0 && { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` }),
  });
  if (behavior.kind === 'cut') {
    response.write(content.subarray(0, behavior.after));
    // Give the client time to write the received bytes to disk.
    await delay(250);
    response.destroy();
  } else if (behavior.kind === 'silent') {
    response.write(content.subarray(0, content.length >> 1));
  } else if (behavior.kind === 'slow') {
    const size = Math.ceil(content.length / behavior.pieces);
    for (let at = 0; at < content.length; at += size) {
      response.write(content.subarray(at, at + size));
      await delay(behavior.pauseMs);
    }
    response.end();
  } else response.end(content);
}
