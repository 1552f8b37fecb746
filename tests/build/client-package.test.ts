import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClientPackage, clientSize } from '@tocsin/tools';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const MAX_KILOBYTES = 25;
const TYPE_CHECK = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'];
const USER = `
import { createNotificationClient, type NotificationClient } from '@tocsin/client';

const client: NotificationClient = createNotificationClient({ url: 'http://127.0.0.1:9', tabs: true });
const subscription = client.subscribe('all', {
  onPublications: (publications, { delivery }) => {
    for (const { offset, notification } of publications) {
      const severity: 'info' | 'success' | 'warning' | 'error' = notification.severity;
      const body: string | undefined = notification.body;
      // @ts-expect-error -- an offset is a number, so types have come along
      const wrong: string = offset;
      console.log(severity, body, wrong, delivery);
    }
  },
});
console.log(subscription.feed, client.status, client.presenting);
client.close();
`;

/** Runs a script of a package of this repository. @throws Error with all that it printed */
function run(cwd: string, command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

describe('the client as a package', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-package-'));
  const built = join(dir, 'built');
  const user = join(dir, 'user');

  beforeAll(async () => {
    await buildClientPackage(built);
    const [{ filename }] = JSON.parse(run(built, 'npm', ['pack', '--json', '--pack-destination', dir])) as [
      { filename: string },
    ];
    const installed = join(user, 'node_modules', '@tocsin', 'client');
    mkdirSync(installed, { recursive: true });
    run(dir, 'tar', ['-xzf', filename, '-C', installed, '--strip-components', '1']);
    symlinkSync(join(ROOT, 'node_modules/socket.io-client'), join(user, 'node_modules/socket.io-client'));
    writeFileSync(join(user, 'package.json'), '{"type":"module"}');
    writeFileSync(join(user, 'user.ts'), USER);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('should pass publint and attw', async () => {
    const { messages } = await publint({ pkgDir: built, strict: true });
    expect(messages).toEqual([]);
    run(ROOT, 'npx', ['attw', '--pack', built, '--profile', 'esm-only']);
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('should bring types that need no other package: %s', (module, moduleResolution) => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const how = ['--module', module, '--moduleResolution', moduleResolution, '--lib', 'es2022,dom'];
    expect(run(user, process.execPath, [tsc, ...TYPE_CHECK, ...how, 'user.ts'])).toBe('');
  });

  it('should run in Node', () => {
    writeFileSync(
      join(user, 'user.mjs'),
      `import { createNotificationClient } from '@tocsin/client';
       const client = createNotificationClient({ url: 'http://127.0.0.1:9' });
       console.log(client.subscribe('all', {}).feed, client.status, client.presenting);
       client.close();`,
    );
    expect(run(user, process.execPath, ['user.mjs'])).toBe('all connecting true\n');
  });

  it('should hold nothing of zod, and be small', async () => {
    const code = readFileSync(join(built, 'index.js'), 'utf8');
    expect(code.match(/from ["'][^"']*["']/g)).toEqual(['from "socket.io-client"']);
    expect(code.match(/zod|safeParse/gi)).toBeNull();
    const kilobytes = (await clientSize(built)) / 1_000;
    console.log(`The client with socket.io-client: ${kilobytes.toFixed(1)} kB (minified, gzip).`);
    expect(kilobytes).toBeLessThan(MAX_KILOBYTES);
  });
});
