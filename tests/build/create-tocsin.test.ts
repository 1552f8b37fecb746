import { spawn, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@tocsin/tools/process/run';
import {
  buildCreatePackage,
  buildPublishPackage,
  freePorts,
  launchBrowser,
  pollUntil,
  startStack,
  type Stack,
} from '@tocsin/tools';
import { ensureUi } from '../../tools/src/setup/product/ui.ts';
import { publint } from 'publint';
import type { Browser } from 'playwright-core';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

let dir: string;
/** The folder with the unpacked tarball. */
let packed: string;
let project: string;

async function runOrThrow(command: string, args: string[], cwd: string): Promise<string> {
  const { code, stdout, output } = await run(command, args, { cwd });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`);
  return stdout;
}

async function pack(from: string): Promise<string> {
  const [{ filename }] = JSON.parse(
    await runOrThrow('npm', ['pack', '--json', '--pack-destination', dir], from),
  ) as [{ filename: string }];
  return join(dir, filename);
}

async function unpack(tarball: string, to: string): Promise<void> {
  mkdirSync(to, { recursive: true });
  await runOrThrow('tar', ['-xzf', tarball, '-C', to, '--strip-components', '1'], dir);
}

const create = (...args: string[]) =>
  run(process.execPath, [join(packed, 'index.mjs'), ...args], { cwd: dir });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-create-'));
  packed = join(dir, 'packed');
  project = join(dir, 'corner-shop');
  buildCreatePackage(join(dir, 'built-create'));
  await buildPublishPackage(join(dir, 'built-publish'));
  await unpack(await pack(join(dir, 'built-create')), packed);
  const publish = await pack(join(dir, 'built-publish'));
  writeFileSync(join(dir, 'a-file'), '');
  const { code, output } = await create('corner-shop', '--packages', '.');
  if (code !== 0) throw new Error(output);
  // Provide the packages that `npm install` would download.
  const modules = join(project, 'node_modules');
  await unpack(publish, join(modules, '@tocsin', 'publish'));
  mkdirSync(join(modules, '@types'));
  for (const name of ['tsx', 'typescript', '@types/node'])
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('npm create tocsin', () => {
  it('should pass publint and contain all template files', async () => {
    const { messages } = await publint({ pkgDir: join(dir, 'built-create'), strict: true });
    expect(messages).toEqual([]);
    expect(existsSync(join(project, '.gitignore'))).toBe(true);
    expect(readdirSync(project)).toEqual(
      expect.arrayContaining(['README.md', 'dapr.yaml', 'package.json', 'src', 'tsconfig.json', 'web']),
    );
  });

  it('should insert the project’s name everywhere', () => {
    const files = readdirSync(project, { recursive: true, encoding: 'utf8' }).filter(
      (file) => !file.startsWith('node_modules') && /\.\w+$/.test(file),
    );
    const texts = files.map((file) => readFileSync(join(project, file), 'utf8')).join('');
    expect(texts).not.toMatch(/my-service|TOCSIN_PACKAGE/);
    const { apps } = parse(readFileSync(join(project, 'dapr.yaml'), 'utf8')) as { apps: object[] };
    expect(apps).toEqual([expect.objectContaining({ appID: 'corner-shop', appPort: 3000 })]);
    const { name, dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
      name: string;
      dependencies: Record<string, string>;
    };
    expect(name).toBe('corner-shop');
    expect(dependencies['@tocsin/publish']).toMatch(/^file:.*tocsin-publish-.*\.tgz$/);
  });

  it('should accept any folder with the packages', async () => {
    const packages = join(dir, '$& and $1');
    mkdirSync(packages);
    const tarball = readdirSync(dir).find((file) => file.startsWith('tocsin-publish-')) ?? '';
    copyFileSync(join(dir, tarball), join(packages, tarball));
    expect((await create('dollars', '--packages', packages)).code).toBe(0);
    const { dependencies } = JSON.parse(readFileSync(join(dir, 'dollars', 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(dependencies['@tocsin/publish']).toBe(`file:${join(packages, tarball)}`);
  });

  it('should use the published packages if --packages is omitted', async () => {
    expect((await create('other')).code).toBe(0);
    expect(readFileSync(join(dir, 'other', 'package.json'), 'utf8')).toMatch(
      /"@tocsin\/publish": "\^\d+\.\d+\.\d+"/,
    );
  });

  it.each([
    ['no folder', [], ['specify exactly one folder']],
    ['a bad name', ['Bad_Name'], ['the folder name Bad_Name is invalid']],
    ['the name of Tocsin’s producer', ['producer'], ['the name producer is taken']],
    ['the name of Tocsin’s bff', ['apps/bff'], ['the name bff is taken']],
    [
      'a file in place of a folder',
      ['a-file', '--packages', 'a-file'],
      ['a-file is not a folder', 'must contain exactly one'],
    ],
    [
      'a file in place of a parent folder',
      ['a-file/shop', '--packages', 'a-file/packages'],
      ['a-file is not a folder', 'must contain exactly one'],
    ],
    [
      'more than one error',
      ['corner-shop', '--packages', 'nowhere', 'more'],
      ['specify exactly one folder', 'is not empty', 'must contain exactly one'],
    ],
    ['an unknown option', ['a', '--force'], ["Unknown option '--force'"]],
  ])('should list all errors and create no files if there is %s', async (_, args, faults) => {
    const before = readdirSync(dir);
    const { code, output } = await create(...args);
    expect(code).toBe(1);
    for (const fault of ['Nothing was created: ', ...faults]) expect(output).toContain(fault);
    expect(readdirSync(dir)).toEqual(before);
  });

  it('should create a project that passes the type check', async () => {
    await runOrThrow(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')], project);
  });
});

describe('the created service', () => {
  let stack: Stack;
  let browser: Browser;
  let service: ChildProcess;
  let url: string;
  let output = '';

  beforeAll(async () => {
    // Build the custom elements. The service's page loads them from the bff.
    await ensureUi(() => undefined);
    const [port = 0] = await freePorts(1);
    url = `http://localhost:${port}`;
    [stack, browser] = await Promise.all([
      startStack({ bffs: 1, bffEnv: { ALLOWED_ORIGINS: url } }),
      launchBrowser(),
    ]);
    service = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
      cwd: project,
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        TOCSIN_PRODUCER_URL: stack.producers[0]?.url,
        TOCSIN_BFF_URL: stack.bffs[0]?.url,
      },
    });
    for (const stream of [service.stdout, service.stderr])
      stream?.on('data', (data: Buffer) => (output += data.toString()));
    const fault = await pollUntil(async () => output.includes('Open http'), { timeoutMs: 20_000 });
    if (fault) throw new Error(output);
  });
  afterAll(async () => {
    service.kill();
    await Promise.all([stack.stop(), browser.close()]);
  });

  it('should show a published notification as a toast on its own page', async () => {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(url);
    await page.getByRole('button', { name: 'Ship an order' }).click();
    await page.getByTestId('toast').getByRole('heading', { name: 'is on its way' }).waitFor();
    await expect.poll(() => page.getByTestId('unread').textContent()).toBe('1');
    expect(faults).toEqual([]);
  });

  it('should show on its page why it couldn’t publish', async () => {
    const page = await browser.newPage();
    await page.route('**/orders', (route) => route.fulfill({ status: 503, body: 'unavailable' }));
    await page.goto(url);
    await page.getByRole('button', { name: 'Ship an order' }).click();
    await page.getByText('The order was not announced: unavailable').waitFor();
  });

  it('should exit on SIGTERM', async () => {
    const end = new Promise((resolve) => service.once('exit', resolve));
    service.kill('SIGTERM');
    expect(await end).toBe(0);
  });
});
