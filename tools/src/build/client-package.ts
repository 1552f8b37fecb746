import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from '../paths.ts';
import { writeClientTypes } from './client-types.ts';

/** Where `npm run build` puts the client as a package to install. */
export const CLIENT_PACKAGE = join(ROOT, 'client', 'dist');

/** What the package exports: the name in `exports` and the source without its ending. */
const ENTRIES = { '.': 'index' } as const;

const sourceOf = (entry: string): string => join(ROOT, 'client', 'src', `${entry}.ts`);

interface Manifest {
  name: string;
  version: string;
  description: string;
  keywords: string[];
  license: string;
  dependencies: Record<string, string>;
}

/** The workspace's manifest with what an installed package needs: built files, and the packages that these import. */
function packedManifest(
  { name, version, description, keywords, license, dependencies }: Manifest,
  imported: ReadonlySet<string>,
) {
  const exported = Object.entries(ENTRIES).map(([path, entry]) => [
    path,
    { types: `./${entry}.d.ts`, default: `./${entry}.js` },
  ]);
  const needed = Object.entries(dependencies).filter(([other]) => imported.has(other));
  return {
    name,
    version,
    description,
    keywords,
    license,
    type: 'module',
    sideEffects: false,
    exports: Object.fromEntries(exported) as object,
    files: ['**/*.js', '**/*.d.ts'],
    dependencies: Object.fromEntries(needed.map(([other, pinned]) => [other, `^${pinned}`])),
  };
}

/** Returns the packages that the scripts import. */
async function bundleScripts(outDir: string): Promise<Set<string>> {
  const { build } = await import('rolldown');
  const { output } = await build({
    cwd: ROOT,
    input: Object.fromEntries(Object.values(ENTRIES).map((entry) => [entry, sourceOf(entry)])),
    platform: 'browser',
    external: ['socket.io-client'],
    transform: { target: 'es2022' },
    output: {
      dir: outDir,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      minify: 'dce-only',
    },
    logLevel: 'warn',
  });
  const chunks = output.filter((part) => part.type === 'chunk');
  const own = new Set(chunks.map(({ fileName }) => fileName));
  return new Set(chunks.flatMap(({ imports }) => imports.filter((name) => !own.has(name))));
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
 * Builds the client as a package: ESM and types, which need only socket.io-client.
 * @throws Error with what the bundler or the compiler says
 */
export async function buildClientPackage(outDir = CLIENT_PACKAGE): Promise<void> {
  rmSync(outDir, { recursive: true, force: true });
  const imported = await bundleScripts(outDir);
  await writeClientTypes(Object.values(ENTRIES).map(sourceOf), outDir);
  const manifest = JSON.parse(readFileSync(join(ROOT, 'client', 'package.json'), 'utf8')) as Manifest;
  writeFileSync(
    join(outDir, 'package.json'),
    `${JSON.stringify(packedManifest(manifest, imported), null, 2)}\n`,
  );
  copyFileSync(join(ROOT, 'client', 'README.md'), join(outDir, 'README.md'));
  copyFileSync(join(ROOT, 'LICENSE'), join(outDir, 'LICENSE'));
}
