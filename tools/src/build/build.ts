import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { Failure } from '../failure.ts';
import { ROOT } from '../paths.ts';
import { ensureUi } from '../setup/product/ui.ts';
import { pageSizes } from './page-size.ts';
import { APPS, bundle, bundleOf, type App } from './bundle.ts';
import {
  buildClientPackage,
  buildClientVuePackage,
  CLIENT_PACKAGE,
  CLIENT_VUE_PACKAGE,
  buildCreatePackage,
  buildPublishPackage,
  clientSize,
  CREATE_PACKAGE,
  PUBLISH_PACKAGE,
} from './packages.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

const buildApp = async (app: App): Promise<void> => {
  await bundle(app);
  const file = bundleOf(app);
  say(`Wrote ${relative(ROOT, file)} (${(statSync(file).size / 2 ** 20).toFixed(1)} MiB)`);
};

const buildClient = async (): Promise<void> => {
  await buildClientPackage();
  const kilobytes = ((await clientSize()) / 1_000).toFixed(1);
  say(`Wrote ${relative(ROOT, CLIENT_PACKAGE)} (${kilobytes} kB with socket.io-client, minified, gzip)`);
  await buildClientVuePackage();
  say(`Wrote ${relative(ROOT, CLIENT_VUE_PACKAGE)}`);
};

const buildPublish = async (): Promise<void> => {
  await buildPublishPackage();
  say(`Wrote ${relative(ROOT, PUBLISH_PACKAGE)}`);
};

const buildCreate = (): Promise<void> => {
  buildCreatePackage();
  say(`Wrote ${relative(ROOT, CREATE_PACKAGE)}`);
  return Promise.resolve();
};

const buildPages = async (): Promise<void> => {
  await ensureUi(say);
  const { page, elements } = pageSizes();
  const kilobytes = (bytes: number) => (bytes / 1_000).toFixed(1);
  say(`Wrote ui/dist (gzip: the page ${kilobytes(page)} kB, the custom elements ${kilobytes(elements)} kB)`);
};

const BUILDS = new Map<string, () => Promise<void>>([
  ['pages', buildPages],
  ...APPS.map((app) => [app, () => buildApp(app)] as const),
  ['client', buildClient],
  ['publish', buildPublish],
  ['create', buildCreate],
]);

/** The builds that a name on the command line stands for. `ui` includes the pages because the ui server needs them. */
const partsOf = (name: string): string[] => (name === 'ui' ? ['pages', 'ui'] : [name]);

/**
 * `npm run build`: builds the pages, each application as a single file, and the packages for other teams. `args` limits
 * the build to any of `producer`, `bff`, `ui` (the pages and the ui server), `pages`, `client` (both client packages),
 * `publish`, `create`.
 */
export async function build(args: string[]): Promise<number> {
  const unknown = args.filter((name) => !BUILDS.has(name));
  if (unknown.length > 0) {
    throw new Failure(`Cannot build ${unknown.join(', ')}. Choose from: ${[...BUILDS.keys()].join(', ')}.`);
  }
  const parts = args.length > 0 ? args.flatMap(partsOf) : [...BUILDS.keys()];
  for (const [name, run] of BUILDS) if (parts.includes(name)) await run();
  return 0;
}
