import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from '../paths.ts';
import { bundleElements } from './bundle-elements.ts';
import { bundleVue } from './bundle-vue.ts';
import { writeTypes, writeVueTypes } from './client-types.ts';

const CLIENT = join(ROOT, 'client');
const CLIENT_VUE = join(ROOT, 'client-vue');
const PUBLISH = join(ROOT, 'publish');
const CREATE = join(ROOT, 'create-tocsin');
export const CLIENT_PACKAGE = join(CLIENT, 'dist');
export const CLIENT_VUE_PACKAGE = join(CLIENT_VUE, 'dist');
export const PUBLISH_PACKAGE = join(PUBLISH, 'dist');
export const CREATE_PACKAGE = join(CREATE, 'dist');

interface Manifest {
  name: string;
  version: string;
  description: string;
  keywords: string[];
  license: string;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional: boolean }>;
}

const readManifest = (workspace: string) =>
  JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8')) as Manifest;

/** The manifest fields that all built packages share: copied from the workspace's manifest, plus `type`. */
const sharedFields = ({ name, version, description, keywords, license }: Manifest) => ({
  name,
  version,
  description,
  keywords,
  license,
  type: 'module',
});

const caret = (pinned: [string, string][]) =>
  Object.fromEntries(pinned.map(([name, version]) => [name, `^${version}`]));

const exportEntry = (entry: string) => ({ types: `./${entry}.d.ts`, default: `./${entry}.js` });

function writePackage(workspace: string, outDir: string, manifest: object): void {
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(workspace, 'README.md'), join(outDir, 'README.md'));
  copyFileSync(join(ROOT, 'LICENSE'), join(outDir, 'LICENSE'));
}

/** Bundles a workspace's sources into `index.js`. Returns the packages that this script imports. */
async function bundlePlain(
  workspace: string,
  outDir: string,
  platform: 'browser' | 'node',
): Promise<Set<string>> {
  const { build } = await import('rolldown');
  const { output } = await build({
    cwd: ROOT,
    input: join(workspace, 'src', 'index.ts'),
    platform,
    external: ['socket.io-client'],
    transform: { target: 'es2022' },
    output: { file: join(outDir, 'index.js'), format: 'esm', codeSplitting: false, minify: 'dce-only' },
    logLevel: 'warn',
  });
  return new Set(output[0].imports);
}

/** Download size of the plain client plus socket.io-client in bytes, minified and gzipped. */
export async function clientSize(packageDir = CLIENT_PACKAGE): Promise<number> {
  const { build } = await import('rolldown');
  const { output } = await build({
    cwd: ROOT,
    input: join(packageDir, 'index.js'),
    platform: 'browser',
    resolve: { modules: [join(ROOT, 'node_modules')] },
    output: { format: 'esm', codeSplitting: false, minify: true },
    write: false,
    logLevel: 'warn',
  });
  return gzipSync(output[0].code, { level: 9 }).length;
}

/** Writes `@tocsin/client/vue`, which re-exports `@tocsin/client-vue`. Only apps with Vue install that package. */
function writeVueAlias(outDir: string): void {
  mkdirSync(join(outDir, 'vue'));
  for (const file of ['index.js', 'index.d.ts'])
    writeFileSync(join(outDir, 'vue', file), "export * from '@tocsin/client-vue';\n");
}

/**
 * Builds `@tocsin/client` as ESM with types. The only dependency is socket.io-client.
 * @throws Error with the bundler's or the compiler's message
 */
export async function buildClientPackage(outDir = CLIENT_PACKAGE): Promise<void> {
  rmSync(outDir, { recursive: true, force: true });
  const imported = await bundlePlain(CLIENT, outDir, 'browser');
  await writeTypes(join(CLIENT, 'src', 'index.ts'), outDir);
  writeVueAlias(outDir);
  const manifest = readManifest(CLIENT);
  const { dependencies, peerDependencies, peerDependenciesMeta } = manifest;
  writePackage(CLIENT, outDir, {
    ...sharedFields(manifest),
    sideEffects: false,
    exports: { '.': exportEntry('index'), './vue': exportEntry('vue/index') },
    files: ['**/*.js', '**/*.d.ts'],
    dependencies: caret(Object.entries(dependencies).filter(([name]) => imported.has(name))),
    peerDependencies,
    peerDependenciesMeta,
  });
}

/**
 * Builds `@tocsin/publish` as ESM with types and no dependencies.
 * @throws Error with the bundler's or the compiler's message
 */
export async function buildPublishPackage(outDir = PUBLISH_PACKAGE): Promise<void> {
  rmSync(outDir, { recursive: true, force: true });
  await bundlePlain(PUBLISH, outDir, 'node');
  await writeTypes(join(PUBLISH, 'src', 'index.ts'), outDir);
  writePackage(PUBLISH, outDir, {
    ...sharedFields(readManifest(PUBLISH)),
    engines: { node: '>=20.19' },
    sideEffects: false,
    exports: { '.': exportEntry('index') },
    files: ['**/*.js', '**/*.d.ts'],
  });
}

/** Copies `create-tocsin`, the package behind `npm create tocsin`: plain JavaScript and a template. */
export function buildCreatePackage(outDir = CREATE_PACKAGE): void {
  rmSync(outDir, { recursive: true, force: true });
  mkdirSync(outDir, { recursive: true });
  cpSync(join(CREATE, 'index.mjs'), join(outDir, 'index.mjs'));
  cpSync(join(CREATE, 'template'), join(outDir, 'template'), { recursive: true });
  writePackage(CREATE, outDir, {
    ...sharedFields(readManifest(CREATE)),
    engines: { node: '>=20.19' },
    bin: { 'create-tocsin': 'index.mjs' },
    files: ['index.mjs', 'template'],
  });
}

/**
 * Builds `@tocsin/client-vue` as ESM with styles and types. Vue, pinia and the toast library are peer dependencies so
 * that they aren't duplicated in an app. The package depends on the same version of `@tocsin/client`.
 * @throws Error with the bundler's or the compiler's message
 */
export async function buildClientVuePackage(outDir = CLIENT_VUE_PACKAGE): Promise<void> {
  rmSync(outDir, { recursive: true, force: true });
  const entry = join(CLIENT_VUE, 'src', 'index.ts');
  const imported = await bundleVue(entry, join(outDir, 'components'));
  // In Node, `exports` leads to `components.js` instead: Node can't import CSS, and server rendering doesn't need it.
  writeFileSync(join(outDir, 'index.js'), "import './components.css';\nexport * from './components.js';\n");
  await bundleElements(outDir);
  await writeVueTypes(entry, outDir);
  writeFileSync(
    join(outDir, 'elements.d.ts'),
    readFileSync(join(CLIENT_VUE, 'src', 'elements', 'package-types.d.ts')),
  );
  const manifest = readManifest(CLIENT_VUE);
  const usedDependencies = Object.entries(manifest.dependencies).filter(([name]) => imported.has(name));
  writePackage(CLIENT_VUE, outDir, {
    ...sharedFields(manifest),
    engines: { node: '>=20.19' },
    sideEffects: ['**/*.css', './index.js', './elements.js'],
    exports: {
      '.': { types: './index.d.ts', node: './components.js', default: './index.js' },
      './elements': exportEntry('elements'),
    },
    files: ['**/*.js', '**/*.css', '**/*.d.ts'],
    dependencies: Object.fromEntries(usedDependencies.filter(([name]) => name.startsWith('@tocsin/'))),
    peerDependencies: {
      ...manifest.peerDependencies,
      ...caret(usedDependencies.filter(([name]) => !name.startsWith('@tocsin/'))),
    },
  });
}
