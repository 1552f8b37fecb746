import { execFileSync } from 'node:child_process';
import {
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
import { dirname, join } from 'node:path';
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

/** Of a page with components: what their slots give has types, and so has what `useNotifications` gives. */
const VUE_USER = `
import { h } from 'vue';
import { NotificationBell, NotificationToasts, useNotifications } from '@tocsin/client/vue';

const notifications = useNotifications({ url: 'http://127.0.0.1:9', getToken: () => 'token' });
const unread: number = notifications.unread;
// @ts-expect-error -- a count is a number, so types have come along
const wrong: string = notifications.unread;
const title: string | undefined = notifications.entries[0]?.notification.title;
type Row = NonNullable<InstanceType<typeof NotificationBell>['$slots']['row']>;
const row: Row = ({ entry, unread }) => h('p', entry.notification.title + String(unread));
console.log(unread, wrong, title, row, NotificationToasts);
`;
/** As an app has them that installed the package and what its components need. */
const INSTALLED = ['socket.io-client', 'vue', 'pinia', 'vue-toastification'];

/** Runs a script of a package of this repository. @throws Error with all that it printed */
function run(cwd: string, command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** Relative imports of declarations that lead to none: a compiler that skips libraries takes them for `any`. */
function undeclaredFiles(dir: string): string[] {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.d.ts'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(dir, file), 'utf8');
    const named = [...text.matchAll(/(?:from |import\(|import )['"](\.[^'"]+)['"]/g)].map(
      ([, path = '']) => path,
    );
    return named
      .filter((path) => !existsSync(join(dir, dirname(file), path.replace(/\.js$/, '.d.ts'))))
      .map((path) => `${file}: ${path}`);
  });
}

describe('the client as a package', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-package-'));
  const built = join(dir, 'built');
  const user = join(dir, 'user');
  const installed = () => join(user, 'node_modules', '@tocsin', 'client');

  beforeAll(async () => {
    await buildClientPackage(built);
    const [{ filename }] = JSON.parse(run(built, 'npm', ['pack', '--json', '--pack-destination', dir])) as [
      { filename: string },
    ];
    mkdirSync(installed(), { recursive: true });
    run(dir, 'tar', ['-xzf', filename, '-C', installed(), '--strip-components', '1']);
    for (const name of INSTALLED)
      symlinkSync(join(ROOT, 'node_modules', name), join(user, 'node_modules', name));
    writeFileSync(join(user, 'package.json'), '{"type":"module"}');
    writeFileSync(join(user, 'user.ts'), USER);
    writeFileSync(join(user, 'vue-user.ts'), VUE_USER);
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
  ])('should bring types, of the plain client without another package: %s', (module, moduleResolution) => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const how = ['--module', module, '--moduleResolution', moduleResolution, '--lib', 'es2022,dom'];
    expect(run(user, process.execPath, [tsc, ...TYPE_CHECK, ...how, 'user.ts'])).toBe('');
    const withVue = [tsc, ...TYPE_CHECK, ...how, '--skipLibCheck', 'vue-user.ts'];
    expect(run(user, process.execPath, withVue)).toBe('');
    expect(undeclaredFiles(installed()), 'what the types name is there').toEqual([]);
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

  it('should ask only those who use the components for what these need', () => {
    const manifest = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8')) as {
      dependencies: object;
      peerDependencies: Record<string, string>;
      peerDependenciesMeta: Record<string, { optional: boolean }>;
    };
    expect(Object.keys(manifest.dependencies)).toEqual(['socket.io-client']);
    expect(Object.keys(manifest.peerDependencies).sort()).toEqual(['pinia', 'vue', 'vue-toastification']);
    expect(Object.keys(manifest.peerDependenciesMeta).sort()).toEqual(['pinia', 'vue', 'vue-toastification']);
    const code = readFileSync(join(built, 'vue/index.js'), 'utf8');
    const imported = [...code.matchAll(/^import .*?["']([^"']+)["'];$/gm)].map(([, name]) => name).sort();
    expect(imported).toEqual(['../index.js', './index.css', 'pinia', 'vue', 'vue-toastification']);
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
