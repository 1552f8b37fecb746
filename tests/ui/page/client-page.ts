import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { buildClientPackage } from '@tocsin/tools';

/** State that the page exposes to the test. */
export interface ClientPageWindow {
  ids: string[];
  statuses: string[];
  client: { readonly status: string; readonly presenting: boolean };
}

const SCRIPT = `
import { createNotificationClient } from './package/index.js';
const client = createNotificationClient({ url: location.origin });
const ids = [];
const statuses = [];
client.on('status', (status) => statuses.push(status));
client.subscribe('all', {
  onPublications: (publications) => ids.push(...publications.map(({ notification }) => notification.id)),
}, { position: { epoch: '1-fake', offset: 0 } });
Object.assign(window, { client, ids, statuses });
`;

/** Builds a page with only the packed client into a separate folder, which `remove` deletes. */
export async function buildClientPage(): Promise<{ dist: string; remove: () => Promise<void> }> {
  const dist = await mkdtemp(join(tmpdir(), 'tocsin-client-page-'));
  await buildClientPackage(join(dist, 'package'));
  await writeFile(join(dist, 'page.js'), SCRIPT);
  await build({
    cwd: dist,
    input: join(dist, 'page.js'),
    platform: 'browser',
    resolve: { modules: [join(import.meta.dirname, '../../../node_modules')] },
    output: { file: join(dist, 'built.js'), format: 'esm', codeSplitting: false },
    logLevel: 'warn',
  });
  const head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Client</title>';
  await writeFile(join(dist, 'index.html'), `${head}<script type="module" src="/built.js"></script>`);
  return { dist, remove: () => rm(dist, { recursive: true, force: true }) };
}
