import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What `npm start` keeps between two runs; `npm run reset` removes it. */
export const DATA_DIR = join(ROOT, '.data');

/** Logs, screenshots and results that somebody may want to look at; never read again. */
export const ARTIFACTS_DIR = join(ROOT, '.artifacts');

export const RUN_FILE = join(ROOT, 'dapr.yaml');
