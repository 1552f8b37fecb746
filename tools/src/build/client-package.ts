import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from '../paths.ts';
import { bundleVue } from './bundle-vue.ts';
import { writeClientTypes } from './client-types.ts';

/** Where `npm run build` puts the client as a package to install. */
export const CLIENT_PACKAGE = join(ROOT, 'client', 'dist');

/** What the package exports: the name in `exports` and the source without its ending. */
const ENTRIES = { '.': 'index', './vue': 'vue/index' } as const;

const sourceOf = (entry: string): string => join(ROOT, 'client', 'src', `${entry}.ts`);

interface Manifest {
  name: string;
  version: string;
  description: string;
  keywords: string[];
  license: string;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

const caret = (pinned: Iterable<[string, string]>) =>
  Object.fromEntries([...pinned].map(([name, version]) => [name, `^${version}`]));

/**
 * The workspace's manifest with what an installed package needs: built files, and the packages that these import. What
 * the components alone import is optional, so that nothing of it comes to those who do without them.
 */
function packedManifest(
  { name, version, description, keywords, license, dependencies, peerDependencies }: Manifest,
  imported: { plain: ReadonlySet<string>; vue: ReadonlySet<string> },
) {
  const exported = Object.entries(ENTRIES).map(([path, entry]) => [
    path,
    { types: `./${entry}.d.ts`, default: `./${entry}.js` },
  ]);
  const needed = Object.entries(dependencies).filter(([other]) => imported.plain.has(other));
  const forVue = Object.entries(dependencies).filter(
    ([other]) => imported.vue.has(other) && !imported.plain.has(other),
  );
  const peers = { ...peerDependencies, ...caret(forVue) };
  return {
    name,
    version,
    description,
    keywords,
    license,
    type: 'module',
    sideEffects: ['**/*.css'],
    exports: Object.fromEntries(exported) as object,
    files: ['**/*.js', '**/*.css', '**/*.d.ts'],
    dependencies: caret(needed),
    peerDependencies: peers,
    peerDependenciesMeta: Object.fromEntries(Object.keys(peers).map((peer) => [peer, { optional: true }])),
  };
}

/** Returns the packages that the script imports. */
async function bundlePlain(outDir: string): Promise<Set<string>> {
  const { build } = await import('rolldown');
  const { output } = await build({
    cwd: ROOT,
    input: sourceOf(ENTRIES['.']),
    platform: 'browser',
    external: ['socket.io-client'],
    transform: { target: 'es2022' },
    output: {
      file: join(outDir, `${ENTRIES['.']}.js`),
      format: 'esm',
      codeSplitting: false,
      minify: 'dce-only',
    },
    logLevel: 'warn',
  });
  return new Set(output[0].imports);
}

/** Bytes of the plain client as a browser loads it: with socket.io-client, minified and compressed by gzip. */
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

/**
 * Builds the client as a package of ESM and types: the plain client, which needs only socket.io-client, and the
 * components for Vue with their style.
 * @throws Error with what the bundler or the compiler says
 */
export async function buildClientPackage(outDir = CLIENT_PACKAGE): Promise<void> {
  rmSync(outDir, { recursive: true, force: true });
  const imported = {
    plain: await bundlePlain(outDir),
    vue: await bundleVue({
      entry: sourceOf(ENTRIES['./vue']),
      plain: sourceOf(ENTRIES['.']),
      out: join(outDir, ENTRIES['./vue']),
    }),
  };
  await writeClientTypes(Object.values(ENTRIES).map(sourceOf), outDir);
  const manifest = JSON.parse(readFileSync(join(ROOT, 'client', 'package.json'), 'utf8')) as Manifest;
  writeFileSync(
    join(outDir, 'package.json'),
    `${JSON.stringify(packedManifest(manifest, imported), null, 2)}\n`,
  );
  copyFileSync(join(ROOT, 'client', 'README.md'), join(outDir, 'README.md'));
  copyFileSync(join(ROOT, 'LICENSE'), join(outDir, 'LICENSE'));
}
