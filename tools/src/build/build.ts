import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { ROOT } from '../paths.ts';
import { ensureUi } from '../setup/ui.ts';
import { APPS, bundle, bundleOf } from './bundle.ts';
import { buildClientPackage, CLIENT_PACKAGE, clientSize } from './client-package.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** `npm run build`: the page, each application as one file, and the client as a package to install. */
export async function build(): Promise<number> {
  await ensureUi(say);
  for (const app of APPS) {
    await bundle(app);
    const file = bundleOf(app);
    say(`Written: ${relative(ROOT, file)} (${(statSync(file).size / 2 ** 20).toFixed(1)} MiB)`);
  }
  await buildClientPackage();
  const kilobytes = ((await clientSize()) / 1_000).toFixed(1);
  say(`Written: ${relative(ROOT, CLIENT_PACKAGE)} (${kilobytes} kB with socket.io-client, minified, gzip)`);
  return 0;
}
