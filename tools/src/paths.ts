import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The data that `npm start` keeps between runs. `npm run reset` removes it, except for secrets and keys. */
export const DATA_DIR = join(ROOT, '.data');

/** Logs, reports and other generated files. It's safe to delete them all. */
export const ARTIFACTS_DIR = join(ROOT, '.artifacts');

export const RUN_FILE = join(ROOT, 'dapr.yaml');
