import { relative } from 'node:path';
import { Failure } from '../failure.ts';
import { ROOT } from '../paths.ts';
import { run } from '../process/run.ts';

/** The script with the custom elements, beside the pages and in the package. */
export const ELEMENTS_SCRIPT = 'elements.js';

/**
 * Bundles `<tocsin-bell>` and `<tocsin-toasts>` with all that they need into a script to load, and the parts that it loads
 * itself.
 * @throws Failure with the output of the bundler
 */
export async function bundleElements(outDir: string): Promise<void> {
  const args = ['run', 'elements', '-w', '@tocsin/ui', '--', '--outDir', outDir];
  const { code, output } = await run('npm', args, { cwd: ROOT, env: { NODE_ENV: 'production' } });
  if (code !== 0)
    throw new Failure(`The custom elements could not be bundled to ${relative(ROOT, outDir)}:\n${output}`);
}
