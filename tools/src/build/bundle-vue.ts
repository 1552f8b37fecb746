import { basename, dirname, join } from 'node:path';
import { build, loadConfigFromFile, type Rolldown } from 'vite';
import { ROOT } from '../paths.ts';

/** Loads the ui's compiler plugins so that components are compiled exactly as in the ui. */
async function compilers() {
  const env = { command: 'build', mode: 'production' } as const;
  const loaded = await loadConfigFromFile(env, join(ROOT, 'ui', 'vite.config.ts'));
  return (loaded?.config.plugins ?? []).filter(
    (plugin) => plugin && 'name' in plugin && plugin.name.startsWith('vite:'),
  );
}

/**
 * Bundles the components in `entry` into the script `out` (a path without an extension). Writes the styles to a
 * separate file next to the script. The script doesn't import that file. Returns the packages that the script imports.
 */
export async function bundleVue(entry: string, out: string): Promise<Set<string>> {
  const name = basename(out);
  const built = (await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: await compilers(),
    build: {
      outDir: dirname(out),
      emptyOutDir: false,
      target: 'es2022',
      minify: false,
      lib: { entry, formats: ['es'], fileName: name, cssFileName: name },
      rolldownOptions: {
        checks: { bundlerTimings: false, ineffectiveDynamicImport: false },
        external: /^(?:@tocsin\/client|vue|pinia|vue-toastification)$/,
        output: { chunkFileNames: `${name}-[name].js` },
      },
    },
  })) as Rolldown.RolldownOutput[];
  const chunks = built.flatMap(({ output }) => output.filter((part) => part.type === 'chunk'));
  return new Set(chunks.flatMap(({ imports }) => imports.filter((id) => !id.startsWith('.'))));
}
