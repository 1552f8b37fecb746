import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { parseConfig, type RunningApp } from '@tocsin/service';
import { freePorts } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startUi } from './app.ts';
import { uiSettings } from './config.ts';

let dist: string;
let url: string;
let app: RunningApp;
beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'tocsin-pages-'));
  await mkdir(join(dist, 'assets'));
  await writeFile(join(dist, 'index.html'), 'the page');
  await writeFile(join(dist, 'ops.html'), 'the ops page');
  await writeFile(join(dist, 'assets', 'main-1a2b.js'), 'export {};');
  const [port = 0] = await freePorts(1);
  app = await startUi(parseConfig(uiSettings, { PORT: String(port), UI_DIST: dist, LOG_LEVEL: 'silent' }));
  url = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await app.stop();
  await rm(dist, { recursive: true, force: true });
});

it.each([
  ['/', 'the page', 'no-cache'],
  ['/ops', 'the ops page', 'no-cache'],
  ['/assets/main-1a2b.js', 'export {};', 'public, max-age=31536000, immutable'],
])('should serve %s', async (path, text, cacheControl) => {
  const response = await fetch(url + path);
  expect([response.status, await response.text()]).toEqual([200, text]);
  expect(response.headers.get('cache-control')).toBe(cacheControl);
});

it('should let pages connect only to their own host and forbid framing', async () => {
  const { headers } = await fetch(url);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|\*/);
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-powered-by')).toBeNull();
});

it('should tell the page to negotiate, and let it connect to Azure, if AZURE_ENDPOINT is set', async () => {
  const [port = 0] = await freePorts(1);
  const settings = { PORT: String(port), UI_DIST: dist, LOG_LEVEL: 'silent' };
  await writeFile(join(dist, 'index.html'), '<head></head>the page');
  const endpoint = 'https://example.webpubsub.azure.com';
  const other = await startUi(parseConfig(uiSettings, { ...settings, AZURE_ENDPOINT: `${endpoint}/` }));
  try {
    const response = await fetch(`http://127.0.0.1:${port}`);
    expect(await response.text()).toContain('<meta name="tocsin-negotiate" content="true" />');
    expect(response.headers.get('content-security-policy')).toMatch(
      /connect-src 'self' https:\/\/example\.webpubsub\.azure\.com wss:\/\/example\.webpubsub\.azure\.com$/,
    );
  } finally {
    await other.stop();
    await writeFile(join(dist, 'index.html'), 'the page');
  }
  expect(() => parseConfig(uiSettings, { ...settings, AZURE_ENDPOINT: 'http://example.com' })).toThrow(
    /AZURE_ENDPOINT: must be an https address/,
  );
});

it('should allow icon images only from ICON_ORIGINS and pass these origins to the page', async () => {
  expect((await fetch(url)).headers.get('content-security-policy')).toMatch(/img-src 'self'(?:;|$)/);
  const [port = 0] = await freePorts(1);
  const settings = { PORT: String(port), UI_DIST: dist, LOG_LEVEL: 'silent' };
  await writeFile(join(dist, 'index.html'), '<head></head>the page');
  const ICON_ORIGINS = 'https://cdn.example.com,https://img.example.com';
  const other = await startUi(parseConfig(uiSettings, { ...settings, ICON_ORIGINS }));
  try {
    const response = await fetch(`http://127.0.0.1:${port}`);
    expect(await response.text()).toBe(
      '<head><meta name="tocsin-icon-origins" content="https://cdn.example.com https://img.example.com" /></head>the page',
    );
    expect(response.headers.get('content-security-policy')).toContain(
      "img-src 'self' https://cdn.example.com https://img.example.com;",
    );
  } finally {
    await other.stop();
    await writeFile(join(dist, 'index.html'), 'the page');
  }
  expect(() => parseConfig(uiSettings, { ...settings, ICON_ORIGINS: 'https://cdn.example.com/a' })).toThrow(
    /ICON_ORIGINS: must be comma-separated origins/,
  );
});

it('should respond to an unknown path with a problem document', async () => {
  const response = await fetch(`${url}/app/notifications`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ code: 'not_found' });
});

it('should be ready while the page exists', async () => {
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  await rm(join(dist, 'index.html'));
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

it.each([
  ['br, gzip', 'br', '.br'],
  ['gzip', 'gzip', '.gz'],
])('should serve precompressed files to a browser that accepts %s', async (accepted, encoding, end) => {
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-compressed-'));
  await mkdir(join(folder, 'assets'));
  const asset = join(folder, 'assets', 'main-1a2b.js');
  const script = 'export {};'.repeat(100);
  await writeFile(asset, script);
  await writeFile(asset + '.br', brotliCompressSync(script));
  await writeFile(asset + '.gz', gzipSync(script));
  const other = await startUi(
    parseConfig(uiSettings, { PORT: String(port), UI_DIST: folder, LOG_LEVEL: 'silent' }),
  );
  try {
    const response = await fetch(`http://127.0.0.1:${port}/assets/main-1a2b.js`, {
      headers: { 'accept-encoding': accepted },
    });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')).toMatch(/Accept-Encoding/i);
    expect(response.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(Number(response.headers.get('content-length'))).toBe((await stat(asset + end)).size);
    expect(await response.text()).toBe(script);
  } finally {
    await other.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

it('should respond to invalid percent-encoding with a problem document', async () => {
  const response = await fetch(`${url}/%E0%A4%A`);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'invalid_request' });
});
