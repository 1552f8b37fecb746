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
import { buildClientPackage, buildClientVuePackage, buildPublishPackage, clientSize } from '@tocsin/tools';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const MAX_KILOBYTES = 27;
const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'client/package.json'), 'utf8')) as {
  version: string;
};
const TYPE_CHECK = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'];
const USER = `
import { createNotificationClient, type NotificationClient } from '@tocsin/client';

const client: NotificationClient = createNotificationClient({ url: 'http://127.0.0.1:9', tabs: true });
const subscription = client.subscribe('all', {
  onPublications: (publications, { delivery }) => {
    for (const { offset, notification } of publications) {
      const severity: 'info' | 'success' | 'warning' | 'error' = notification.severity;
      const body: string | undefined = notification.body;
      // @ts-expect-error -- an offset is a number; this error shows that the package contains types
      const wrong: string = offset;
      console.log(severity, body, wrong, delivery);
    }
  },
});
console.log(subscription.feed, client.status, client.presenting);
client.close();
`;

/** Returns the source of an app that uses the types of the slots and of `useNotifications`. */
const vueUser = (source: string): string => `
import { h } from 'vue';
import { NotificationBell, NotificationToasts, useNotifications } from '${source}';

const notifications = useNotifications({ url: 'http://127.0.0.1:9', getToken: () => 'token' });
const unread: number = notifications.unread;
// @ts-expect-error -- a count is a number; this error shows that the package contains types
const wrong: string = notifications.unread;
const title: string | undefined = notifications.items[0]?.notification.title;
type Row = NonNullable<InstanceType<typeof NotificationBell>['$slots']['row']>;
const row: Row = ({ item, unread }) => h('p', item.notification.title + String(unread));
console.log(unread, wrong, title, row, NotificationToasts);
`;
const PUBLISHER = `
import { createPublisher, PublishError, type NotificationInput } from '@tocsin/publish';

const publisher = createPublisher({ url: 'http://127.0.0.1:9', giveUpAfterMs: 0 });
const notification: NotificationInput = { feed: 'user:ada', title: 'Ready', severity: 'success' };
// @ts-expect-error -- a title is text; this error shows that the package contains types
const wrong: NotificationInput = { title: 7 };
publisher.publish(notification).catch((error: PublishError) => console.log(error.code, error.faults.length, wrong));
`;

/** The packages that the app installs in addition to the packages under test. */
const INSTALLED = ['socket.io-client', 'vue', 'pinia', 'vue-toastification'];

/** Runs a command, and returns the output. @throws Error with the output if it fails */
function run(cwd: string, command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** Finds relative imports without a declaration file. With `skipLibCheck`, the compiler treats them as `any`. */
function undeclaredFiles(dir: string): string[] {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.d.ts'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(dir, file), 'utf8');
    const imported = [...text.matchAll(/(?:from |import\(|import )['"](\.[^'"]+)['"]/g)].map(
      ([, path = '']) => path,
    );
    return imported
      .filter((path) => !existsSync(join(dir, dirname(file), path.replace(/\.js$/, '.d.ts'))))
      .map((path) => `${file}: ${path}`);
  });
}

describe('the packages', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-package-'));
  const built = join(dir, 'built');
  const builtVue = join(dir, 'built-vue');
  const builtPublish = join(dir, 'built-publish');
  const user = join(dir, 'user');
  const installed = (name: string) => join(user, 'node_modules', '@tocsin', name);

  function install(name: string, from: string): void {
    const packing = run(from, 'npm', ['pack', '--json', '--pack-destination', dir]);
    const [{ filename }] = JSON.parse(packing) as [{ filename: string }];
    mkdirSync(installed(name), { recursive: true });
    run(dir, 'tar', ['-xzf', filename, '-C', installed(name), '--strip-components', '1']);
  }

  beforeAll(async () => {
    await buildClientPackage(built);
    await buildClientVuePackage(builtVue);
    await buildPublishPackage(builtPublish);
    install('publish', builtPublish);
    install('client', built);
    install('client-vue', builtVue);
    for (const name of INSTALLED)
      symlinkSync(join(ROOT, 'node_modules', name), join(user, 'node_modules', name));
    writeFileSync(join(user, 'package.json'), '{"type":"module"}');
    writeFileSync(join(user, 'user.ts'), USER);
    writeFileSync(join(user, 'publisher.ts'), PUBLISHER);
    writeFileSync(join(user, 'vue-user.ts'), vueUser('@tocsin/client-vue'));
    writeFileSync(join(user, 'alias-user.ts'), vueUser('@tocsin/client/vue'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each([
    ['@tocsin/client', built],
    ['@tocsin/client-vue', builtVue],
    ['@tocsin/publish', builtPublish],
  ])('should pass publint and attw: %s', async (_name, pkgDir) => {
    const { messages } = await publint({ pkgDir, strict: true });
    expect(messages).toEqual([]);
    run(ROOT, 'npx', ['attw', '--pack', pkgDir, '--profile', 'esm-only']);
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('should include complete types: %s', (module, moduleResolution) => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const options = ['--module', module, '--moduleResolution', moduleResolution, '--lib', 'es2022,dom'];
    expect(run(user, process.execPath, [tsc, ...TYPE_CHECK, ...options, 'user.ts', 'publisher.ts'])).toBe('');
    const withVue = [tsc, ...TYPE_CHECK, ...options, '--skipLibCheck', 'vue-user.ts', 'alias-user.ts'];
    expect(run(user, process.execPath, withVue)).toBe('');
    expect(undeclaredFiles(installed('client'))).toEqual([]);
    expect(undeclaredFiles(installed('client-vue'))).toEqual([]);
    expect(undeclaredFiles(installed('publish'))).toEqual([]);
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
    writeFileSync(
      join(user, 'publisher.mjs'),
      `import { createPublisher } from '@tocsin/publish';
       const publisher = createPublisher({ url: 'http://127.0.0.1:9', giveUpAfterMs: 0 });
       await publisher.publish({ title: 'x' }).catch(({ code }) => console.log(code));`,
    );
    expect(run(user, process.execPath, ['publisher.mjs'])).toBe('gave_up\n');
  });

  const manifestOf = (packageDir: string) =>
    JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as {
      dependencies: object;
      peerDependencies: Record<string, string>;
      peerDependenciesMeta?: Record<string, { optional: boolean }>;
    };

  it('should let the client depend only on socket.io-client, and optionally on client-vue for the re-export', () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = manifestOf(built);
    expect(Object.keys(dependencies)).toEqual(['socket.io-client']);
    expect(peerDependencies).toEqual({ '@tocsin/client-vue': VERSION });
    expect(peerDependenciesMeta).toEqual({ '@tocsin/client-vue': { optional: true } });
    expect(readFileSync(join(built, 'vue/index.js'), 'utf8')).toBe("export * from '@tocsin/client-vue';\n");
  });

  it('should let client-vue use the app’s Vue, pinia and toast library, and the matching client version', () => {
    const { dependencies, peerDependencies } = manifestOf(builtVue);
    expect(dependencies).toEqual({ '@tocsin/client': VERSION });
    expect(Object.keys(peerDependencies).sort()).toEqual(['pinia', 'vue', 'vue-toastification']);
    const scripts = readdirSync(builtVue).filter((file) => /^components.*\.js$/.test(file));
    const imported = scripts.flatMap((file) =>
      [...readFileSync(join(builtVue, file), 'utf8').matchAll(/^import .*?["']([^"'.][^"']*)["'];$/gm)].map(
        ([, name]) => name,
      ),
    );
    expect([...new Set(imported)].sort()).toEqual(['@tocsin/client', 'pinia', 'vue', 'vue-toastification']);
    // Only bundlers can import CSS. On a server, Node imports the components without it.
    expect(readFileSync(join(builtVue, 'index.js'), 'utf8')).toBe(
      "import './components.css';\nexport * from './components.js';\n",
    );
  });

  it('should include a publisher without dependencies', () => {
    expect(manifestOf(builtPublish).dependencies).toBeUndefined();
    expect(readFileSync(join(builtPublish, 'index.js'), 'utf8')).not.toMatch(/^import /m);
  });

  it('should include a small client without zod', async () => {
    const code = readFileSync(join(built, 'index.js'), 'utf8');
    expect(code.match(/from ["'][^"']*["'](?=;$)/gm)).toEqual(['from "socket.io-client"']);
    expect(code.match(/zod|safeParse/gi)).toBeNull();
    const kilobytes = (await clientSize(built)) / 1_000;
    console.log(`Client including socket.io-client: ${kilobytes.toFixed(1)} kB (minified, gzip).`);
    expect(kilobytes).toBeLessThan(MAX_KILOBYTES);
  });
});
