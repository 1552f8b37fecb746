import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BffProcess } from '../support/processes/bff-process.ts';
import { startProxy, type Proxy } from '../support/network/proxy.ts';
import { buildOrSkip, type Example } from './toolchain.ts';

const CLIENTS = join(import.meta.dirname, '../../examples/clients');
const dir = mkdtempSync(join(tmpdir(), 'tocsin-clients-'));

/** The example clients. They depend on no packages. */
const LANGUAGES: Example[] = [
  {
    ...{ name: 'Python', cwd: `${CLIENTS}/python`, tools: ['python3'] },
    build: [],
    start: ['python3', `${CLIENTS}/python/tocsin.py`],
  },
  {
    ...{ name: 'Go', cwd: `${CLIENTS}/go`, tools: ['go'] },
    build: [['go', 'build', '-o', `${dir}/go-client`, '.']],
    start: [`${dir}/go-client`],
  },
  {
    ...{ name: 'Java', cwd: `${CLIENTS}/java`, tools: ['javac', 'java'] },
    build: [['javac', '-d', dir, 'Tocsin.java']],
    start: ['java', '-cp', dir, 'Tocsin'],
  },
  {
    ...{ name: 'Rust', cwd: `${CLIENTS}/rust`, tools: ['rustc'] },
    build: [['rustc', 'main.rs', '-o', `${dir}/rust-client`]],
    start: [`${dir}/rust-client`],
  },
];

let bff: BffProcess;
let proxy: Proxy;
let isInterrupted = false;
beforeAll(async () => {
  bff = await BffProcess.start();
  proxy = await startProxy(() => (isInterrupted ? undefined : bff.url));
});
afterAll(async () => {
  await proxy.close();
  await bff.stop();
  rmSync(dir, { recursive: true, force: true });
});
const connections = () => bff.metric('tocsin_bff_connections');

describe.each(LANGUAGES)('the client in $name', (client) => {
  it('should show each notification once, including notifications published during an interruption', async ({
    task,
    skip,
    onTestFinished,
  }) => {
    await buildOrSkip(client, task, skip);
    const { name, start } = client;
    const feed = `topic:client-${name}`;
    const url = name === 'Rust' ? proxy.url.replace('http://', '') : proxy.url;
    const [program, ...args] = start;
    const child = spawn(program, [...args, url, feed], { stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(async () => {
      child.kill();
      isInterrupted = false;
      await expect.poll(connections).toBe(0);
    });
    let output = '';
    for (const pipe of [child.stdout, child.stderr])
      pipe.setEncoding('utf8').on('data', (text: string) => (output += text));
    const countOf = (id = '') => output.split(id).length - 1;

    await expect.poll(connections, { message: output }).toBe(1);
    const [first] = await bff.publish(1, feed);
    await expect.poll(() => countOf(first)).toBeGreaterThan(0);
    // Wait for the end of the line, since a client can print an id repeatedly on the same line.
    await expect.poll(() => output.slice(output.indexOf(first ?? '')).includes('\n')).toBe(true);
    const perNotification = countOf(first);
    isInterrupted = true;
    proxy.cut();
    await expect.poll(connections).toBe(0);
    const missed = await bff.publish(3, feed);
    isInterrupted = false;
    for (const id of missed) await expect.poll(() => countOf(id)).toBe(perNotification);
    const [last] = await bff.publish(1, feed);
    await expect.poll(() => countOf(last)).toBe(perNotification);
    expect(countOf(first)).toBe(perNotification);
  });
});

/** Time limit for a client to notice 60 s of silence and reconnect (ms). */
const SILENCE_NOTICED_MS = 120_000;

describe('a connection that falls silent', () => {
  it.concurrent.for(LANGUAGES)(
    'should be replaced by the client in $name',
    // Concurrent tests need their own `expect`: the global `expect` stops working when the first of them ends.
    async (client, { task, skip, onTestFinished, expect: expectHere }) => {
      await buildOrSkip(client, task, skip);
      const feed = `topic:silent-${client.name}`;
      const ownProxy = await startProxy(() => bff.url);
      const url = client.name === 'Rust' ? ownProxy.url.replace('http://', '') : ownProxy.url;
      const [program, ...args] = client.start;
      const child = spawn(program, [...args, url, feed], { stdio: ['ignore', 'pipe', 'inherit'] });
      onTestFinished(async () => {
        child.kill();
        await ownProxy.close();
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));

      // Without a position, a client starts at the feed's head, so it doesn't show notifications published before it
      // connected.
      await expectHere
        .poll(async () => {
          await bff.publish(1, feed);
          return output;
        })
        .not.toBe('');
      ownProxy.silence();
      const [missed] = await bff.publish(1, feed);
      await expectHere.poll(() => output, { timeout: SILENCE_NOTICED_MS }).toContain(missed);
    },
  );
});

describe.each(LANGUAGES)('the client in $name', (client) => {
  it('should not keep connections open after attempts that got a 502, 503 or 504', async ({
    task,
    skip,
    onTestFinished,
  }) => {
    await buildOrSkip(client, task, skip);
    let open = 0;
    let requests = 0;
    const server = createServer((_, response) => {
      const status = [502, 503, 504][requests++ % 3] ?? 503;
      response.writeHead(status, { 'content-type': 'application/problem+json' }).end('{"code":"full"}');
    });
    server.on('connection', (socket) => {
      open++;
      socket.on('close', () => open--);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [program, ...args] = client.start;
    const url = client.name === 'Rust' ? address : `http://${address}`;
    const child = spawn(program, [...args, url, 'all'], { stdio: 'ignore' });
    onTestFinished(() => {
      child.kill();
      server.closeAllConnections();
      server.close();
    });
    await expect.poll(() => requests).toBeGreaterThanOrEqual(4);
    await expect.poll(() => open).toBeLessThanOrEqual(1);
  });
});
