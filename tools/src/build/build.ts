import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { ROOT } from '../paths.ts';
import { ensureUi } from '../setup/ui.ts';
import { APPS, bundle, bundleOf } from './bundle.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** `npm run build`: the page, and each application as one file. */
export async function build(): Promise<number> {
  await ensureUi(say);
  for (const app of APPS) {
    await bundle(app);
    const file = bundleOf(app);
    say(`Written: ${relative(ROOT, file)} (${(statSync(file).size / 2 ** 20).toFixed(1)} MiB)`);
  }
  return 0;
}
