import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The data that `npm start` keeps between runs. `npm run reset` removes it. */
export const DATA_DIR = join(ROOT, '.data');

/** Logs, screenshots and results for people to read. The tools never read them. */
export const ARTIFACTS_DIR = join(ROOT, '.artifacts');

export const RUN_FILE = join(ROOT, 'dapr.yaml');
