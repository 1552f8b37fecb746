import { relative } from 'node:path';
import { Failure } from '../failure.ts';
import { ROOT } from '../paths.ts';
import { run } from '../process/run.ts';

/** The file name of the script with the custom elements, next to the pages and in the package. */
export const ELEMENTS_SCRIPT = 'elements.js';

/**
 * Bundles `<tocsin-bell>` and `<tocsin-toasts>` with all dependencies into a script for pages to include, plus chunks
 * that the script loads.
 * @throws Failure with the bundler's output
 */
export async function bundleElements(outDir: string): Promise<void> {
  const args = ['run', 'elements', '-w', '@tocsin/ui', '--', '--outDir', outDir];
  const { code, output } = await run('npm', args, { cwd: ROOT, env: { NODE_ENV: 'production' } });
  if (code !== 0)
    throw new Failure(`Could not bundle the custom elements to ${relative(ROOT, outDir)}:\n${output}`);
}
