import { basename, dirname, join } from 'node:path';
import { build, loadConfigFromFile, type Rolldown } from 'vite';
import { ROOT } from '../paths.ts';

export interface VueBundle {
  /** The source. */
  entry: string;
  /** The source of the plain client, which stays a script of its own one folder above. */
  plain: string;
  /** The script to write without its ending; its style is written beside it. */
  out: string;
}

/** The ui's, so that the components are compiled as they are there. */
async function plugins() {
  const env = { command: 'build', mode: 'production' } as const;
  const loaded = await loadConfigFromFile(env, join(ROOT, 'ui', 'vite.config.ts'));
  return loaded?.config.plugins ?? [];
}

/** Bundles the components into one script, which imports their style. Returns the packages that it imports. */
export async function bundleVue({ entry, plain, out }: VueBundle): Promise<Set<string>> {
  const name = basename(out);
  const built = (await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [
      {
        name: 'tocsin-plain-client',
        enforce: 'pre',
        async resolveId(id, importer) {
          if (!importer || !id.startsWith('.')) return undefined;
          const resolved = await this.resolve(id, importer, { skipSelf: true });
          return resolved?.id === plain ? { id: '../index.js', external: true } : undefined;
        },
      },
      ...(await plugins()),
    ],
    build: {
      outDir: dirname(out),
      emptyOutDir: false,
      target: 'es2022',
      minify: false,
      lib: { entry, formats: ['es'], fileName: name, cssFileName: name },
      rolldownOptions: {
        checks: { bundlerTimings: false },
        external: /^(?:vue|pinia|vue-toastification|socket\.io-client)$/,
        output: { banner: `import './${name}.css';` },
      },
    },
  })) as Rolldown.RolldownOutput[];
  const chunks = built.flatMap(({ output }) => output.filter((part) => part.type === 'chunk'));
  return new Set(chunks.flatMap(({ imports }) => imports.filter((id) => !id.startsWith('.'))));
}
