import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '@tocsin/tools/process/run';
import { ensureDapr } from '@tocsin/tools/setup/dapr';
import { downloadDapr, releaseDir, type ReleaseOptions } from '../../tools/src/setup/dapr/release/install.ts';
import { refreshDigests } from '../../tools/src/setup/dapr/release/refresh-digests.ts';
import { PLATFORMS, readRelease } from '../../tools/src/setup/dapr/release/release.ts';
import { releaseServer, type Behavior, type ReleaseServer } from './release-server.ts';

const NO_PROXY = { httpProxy: '', httpsProxy: '', noProxy: '' };
const COMMANDS = ['dapr', 'daprd', 'placement', 'scheduler'];

let dir: string;
let server: ReleaseServer;
let output: string[];
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-download-'));
  server = await releaseServer();
  output = [];
});
afterEach(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

const optionsFor = (overrides: Partial<ReleaseOptions> = {}): ReleaseOptions => ({
  release: server.release,
  cacheDir: dir,
  mirror: server.url,
  proxy: NO_PROXY,
  say: (line) => output.push(line),
  pauseMs: 1,
  silenceMs: 500,
  ...overrides,
});
const get = (overrides?: Partial<ReleaseOptions>) => downloadDapr(optionsFor(overrides));
const requestsFor = (command: string) => server.requests.filter(({ file }) => file.includes(`/${command}_`));
const expectNothingUnpacked = () => expect(existsSync(releaseDir(optionsFor()))).toBe(false);
const respondWith = (...behaviors: Behavior[]) => server.behaviors.set('daprd', behaviors);

describe('the Dapr download', () => {
  it('should put a real, working daprd into the cache and not redownload it', async () => {
    server.close();
    const { daprd } = await ensureDapr();
    server = await releaseServer({ daprd });
    respondWith({ kind: 'close' });
    const bin = join(await get(), '.dapr', 'bin');
    expect(readdirSync(bin).sort()).toEqual(COMMANDS);
    const { output: version } = await run(join(bin, 'daprd'), ['--version']);
    expect(version).toMatch(/1\.18\.\d+$/);
    expect(output.at(-1)).toBe('Dapr has been downloaded and verified.');
    expect(readdirSync(join(dir, 'downloads'))).toEqual([]);
    expect(await get()).toBe(join(bin, '..', '..'));
    expect(server.requests).toHaveLength(4);
  });

  it('should resume where it was cut off', async () => {
    respondWith({ kind: 'cut', after: 100 }, { kind: 'status', status: 503 }, { kind: 'cut', after: 60 });
    await get();
    expect(requestsFor('daprd').map(({ range }) => range)).toEqual([
      undefined,
      'bytes=100-',
      'bytes=100-',
      'bytes=160-',
    ]);
    expect(requestsFor('placement')).toHaveLength(1);
  });

  it('should follow a redirect even when resuming a download', async () => {
    respondWith({ kind: 'cut', after: 100 }, { kind: 'redirect' });
    await get();
    expect(requestsFor('daprd').map(({ file, range }) => [file.startsWith('/moved'), range])).toEqual([
      [false, undefined],
      [false, 'bytes=100-'],
      [true, 'bytes=100-'],
    ]);
  });

  it('should resume an interrupted download at the next start', async () => {
    respondWith(
      { kind: 'cut', after: 100 },
      ...Array.from({ length: 3 }, () => ({ kind: 'status', status: 500 }) as const),
    );
    await expect(get()).rejects.toThrow(/daprd_.*could not be downloaded: the server returned status 500\./);
    expectNothingUnpacked();
    server.requests.length = 0;
    await get();
    expect(server.requests.map(({ range }) => range)).toEqual(['bytes=100-']);
  });

  it('should start over if the server doesn’t support range requests', async () => {
    respondWith({ kind: 'cut', after: 100 }, { kind: 'no-range' });
    await get();
    expect(requestsFor('daprd')).toHaveLength(2);
  });

  it('should reject and delete a corrupted archive', async () => {
    respondWith({ kind: 'corrupt' });
    await expect(get()).rejects.toThrow(
      /daprd_.* is not the released file: its SHA-256 is [0-9a-f]{64} instead of [0-9a-f]{64}/,
    );
    expectNothingUnpacked();
    expect(readdirSync(join(dir, 'downloads')).filter((name) => name.includes('.part'))).toEqual([]);
    expect(readdirSync(join(dir, 'downloads'))).toHaveLength(3);
  });

  it('should start over if a resumed download is corrupted', async () => {
    respondWith({ kind: 'cut', after: 100 }, { kind: 'corrupt' });
    await get();
    expect(requestsFor('daprd').map(({ range }) => range)).toEqual([undefined, 'bytes=100-', undefined]);
  });

  it('should recover from a partial download that’s longer than the file', async () => {
    const name = Object.keys(server.release.digests).find((key) => key.startsWith('daprd_')) ?? '';
    const part = join(dir, 'downloads', `${server.release.digests[name]}.tar.gz.part`);
    mkdirSync(join(dir, 'downloads'));
    writeFileSync(part, 'x'.repeat(100_000));
    await get();
    expect(requestsFor('daprd').map(({ range }) => range)).toEqual(['bytes=100000-', undefined]);
  });

  it('should wait for a slow server, but not for a silent server', async () => {
    respondWith({ kind: 'slow', pieces: 8, pauseMs: 100 });
    await get();
    rmSync(releaseDir(optionsFor()), { recursive: true });
    server.requests.length = 0;
    respondWith({ kind: 'silent' });
    await get();
    expect(requestsFor('daprd').map(({ range }) => range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=\d+-$/),
    ]);
  });

  it('should report a missing archive immediately', async () => {
    respondWith({ kind: 'status', status: 404 });
    await expect(get()).rejects.toThrow(
      /daprd_.*\.tar\.gz could not be downloaded: the server returned status 404\./,
    );
    expect(requestsFor('daprd')).toHaveLength(1);
    expectNothingUnpacked();
  });

  it('should report an unreachable mirror immediately', async () => {
    await expect(get({ mirror: 'http://127.0.0.1:1' })).rejects.toThrow(/ECONNREFUSED|bad port/);
  });

  it('should send no requests if a digest is missing, and explain how to get it', async () => {
    const name = Object.keys(server.release.digests)[0] ?? '';
    const release = { ...server.release, digests: { ...server.release.digests, [name]: null } };
    await expect(get({ release })).rejects.toThrow(
      `has no digest of Dapr 1.18.1 for ${name}, and nothing is downloaded without verification. \`npm run dapr:digests\``,
    );
    expect(server.requests).toEqual([]);
  });

  it('should use the proxy, and report when the proxy refuses a connection', async () => {
    const requests: string[] = [];
    const proxy = createServer((_, response) => response.writeHead(500).end());
    proxy.on('connect', ({ url = '' }, socket) => {
      requests.push(url);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const options = { mirror: undefined, proxy: { ...NO_PROXY, httpsProxy: address } };
    await expect(get(options)).rejects.toThrow(/could not be downloaded: .*403/);
    expect(requests).toContain('github.com:443');
    proxy.close();
  });

  it('should download all files through a proxy that allows it', async () => {
    const tunnels: string[] = [];
    const proxy = createServer((_, response) => response.writeHead(500).end());
    proxy.on('connect', ({ url = '' }, client) => {
      tunnels.push(url);
      const { hostname, port } = new URL(`http://${url}`);
      const target = connect(Number(port), hostname, () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(target).pipe(client);
      });
      for (const socket of [client, target]) socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const httpProxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const path = await get({ proxy: { ...NO_PROXY, httpProxy } });
    proxy.closeAllConnections();
    proxy.close();
    expect(readdirSync(join(path, '.dapr', 'bin')).sort()).toEqual(COMMANDS);
    expect(server.requests).toHaveLength(COMMANDS.length);
    expect(new Set(tunnels)).toEqual(new Set([new URL(server.url).host]));
  });

  it.each(['ftp://a', 'mirror.example', 'https://user:word@a/', 'https://a/?b'])(
    'should reject the mirror %s',
    async (mirror) => {
      await expect(get({ mirror })).rejects.toThrow(`DAPR_MIRROR is ${mirror}. Set it to`);
    },
  );
});

describe('npm run dapr:digests', () => {
  const fileOf = () => {
    const file = join(dir, 'release.json');
    writeFileSync(file, readFileSync(new URL('../../tools/dapr/release.json', import.meta.url)));
    return file;
  };
  const refresh = (file: string) => refreshDigests({ daprMirror: server.url, proxy: NO_PROXY }, file);

  it('should list all missing checksums instead of changing the file', async () => {
    const file = fileOf();
    const before = statSync(file).mtimeMs;
    const fault = await refresh(file).catch((error: unknown) => String(error));
    // The server has archives only for this platform.
    expect(String(fault).match(/the server returned status 404/g)).toHaveLength(
      (PLATFORMS.length - 1) * COMMANDS.length,
    );
    expect(statSync(file).mtimeMs).toBe(before);
  });

  it('should write digests that the download accepts', async () => {
    const file = fileOf();
    server.serveAllPlatforms();
    await refresh(file);
    const release = readRelease(file);
    expect(Object.keys(release.digests)).toHaveLength(PLATFORMS.length * COMMANDS.length);
    await get({ release });
  });
});

describe('DAPR_RUNTIME_PATH', () => {
  it('should be used instead of any other Dapr', async () => {
    const script = `import { ensureDapr } from '@tocsin/tools/setup/dapr'; console.log((await ensureDapr()).daprd);`;
    const path = await get();
    const ask = (value: string) =>
      run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
        env: { DAPR_RUNTIME_PATH: value },
      });
    expect((await ask(path)).output).toBe(join(path, '.dapr', 'bin', 'daprd'));
    const empty = await ask(join(dir, 'nowhere'));
    expect(empty.code).not.toBe(0);
    expect(empty.output).toContain(
      `The Dapr in DAPR_RUNTIME_PATH (${join(dir, 'nowhere')}) cannot be used: ${join(dir, 'nowhere', '.dapr', 'bin', 'daprd')}`,
    );
  });
});
