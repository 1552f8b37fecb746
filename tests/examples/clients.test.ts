import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BffProcess } from '../support/processes/bff-process.ts';
import { startProxy, type Proxy } from '../support/network/proxy.ts';

const CLIENTS = join(import.meta.dirname, '../../examples/clients');
const dir = mkdtempSync(join(tmpdir(), 'tocsin-clients-'));

/** The clients, each with its toolchain, its build command and its start command. */
const LANGUAGES = [
  { name: 'Python', tool: 'python3', build: [], command: ['python3', `${CLIENTS}/python/tocsin.py`] },
  {
    name: 'Go',
    tool: 'go',
    build: ['go', 'build', '-o', `${dir}/go-client`, '.'],
    command: [`${dir}/go-client`],
  },
  {
    name: 'Java',
    tool: 'javac',
    build: ['javac', '-d', dir, `${CLIENTS}/java/Tocsin.java`],
    command: ['java', '-cp', dir, 'Tocsin'],
  },
  {
    name: 'Rust',
    tool: 'rustc',
    build: ['rustc', `${CLIENTS}/rust/main.rs`, '-o', `${dir}/rust-client`],
    command: [`${dir}/rust-client`],
  },
] as const;

const isInstalled = (tool: string): boolean => spawnSync('which', [tool], { stdio: 'ignore' }).status === 0;

let bff: BffProcess;
let proxy: Proxy;
let isAway = false;
const children: ChildProcess[] = [];
beforeAll(async () => {
  bff = await BffProcess.start();
  proxy = await startProxy(() => (isAway ? undefined : bff.url));
});
afterAll(async () => {
  for (const child of children) child.kill();
  await proxy.close();
  await bff.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe.each(LANGUAGES)('the client in $name', ({ name, tool, build, command }) => {
  it.skipIf(!isInstalled(tool))(
    'should show each notification once, including those published during an interruption',
    async () => {
      const [builder, ...parts] = build;
      if (builder) {
        const { status, stderr } = spawnSync(builder, parts, { cwd: `${CLIENTS}/go`, encoding: 'utf8' });
        expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
      }
      const feed = `topic:client-${name}`;
      const url = name === 'Rust' ? proxy.url.replace('http://', '') : proxy.url;
      const [program, ...args] = command;
      const child = spawn(program, [...args, url, feed], { stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      let output = '';
      for (const pipe of [child.stdout, child.stderr])
        pipe.setEncoding('utf8').on('data', (text: string) => (output += text));
      const countOf = (id = '') => output.split(id).length - 1;
      const connections = () => bff.metric('tocsin_bff_connections');

      await expect.poll(connections).toBe(1);
      const [first] = await bff.publish(1, feed);
      await expect.poll(() => countOf(first), { message: output }).toBeGreaterThan(0);
      const perNotification = countOf(first);
      isAway = true;
      proxy.cut();
      await expect.poll(connections).toBe(0);
      const missed = await bff.publish(3, feed);
      isAway = false;
      for (const id of missed)
        await expect.poll(() => countOf(id), { message: output }).toBe(perNotification);
      const [last] = await bff.publish(1, feed);
      await expect.poll(() => countOf(last)).toBe(perNotification);
      expect(countOf(first)).toBe(perNotification);
      child.kill();
      await expect.poll(connections).toBe(0);
    },
  );
});
