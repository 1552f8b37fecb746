import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths.ts';

export const APPS = ['producer', 'bff', 'ui'] as const;
export type App = (typeof APPS)[number];

/**
 * Each application's source and bundle folders. For the ui, these are the folders of the server that serves the pages.
 */
const FOLDERS: Record<App, { source: string; bundle: string }> = {
  producer: { source: join('producer', 'src'), bundle: 'producer' },
  bff: { source: join('bff', 'src'), bundle: 'bff' },
  ui: { source: join('ui', 'src', 'server'), bundle: join('ui', 'server') },
};

/** The path of the application bundle created by `npm run build`. */
export const bundleOf = (app: App): string => join(ROOT, FOLDERS[app].bundle, 'dist', 'main.js');

/** The path of the application bundle with failpoints. Only tests run it. */
export const testBundleOf = (app: App): string =>
  join(ROOT, FOLDERS[app].bundle, 'dist', 'with-failpoints.js');

export interface BundleOptions {
  /** Defaults to the file created by `npm run build`. */
  file?: string;
  /** True to include failpoints; only for tests. */
  failpoints?: boolean;
}

/**
 * Bundles an application into a single file that needs only Node.
 * @throws Error with the bundler's message
 */
export async function bundle(
  app: App,
  { file = bundleOf(app), failpoints = false }: BundleOptions = {},
): Promise<void> {
  const { build } = await import('rolldown');
  rmSync(file, { force: true });
  await build({
    cwd: ROOT,
    input: join(ROOT, FOLDERS[app].source, 'main.ts'),
    platform: 'node',
    transform: { target: 'node20', define: { TOCSIN_FAILPOINTS: String(failpoints) } },
    output: {
      file,
      format: 'esm',
      codeSplitting: false,
      sourcemap: !failpoints,
      // Dapr derives an actor's type from the class name.
      keepNames: true,
      minify: 'dce-only',
      comments: { legal: true, annotation: false, jsdoc: false },
    },
    logLevel: 'warn',
  });
}
