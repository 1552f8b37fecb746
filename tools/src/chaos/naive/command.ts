import { join } from 'node:path';
import { ROOT } from '../../paths.ts';
import type { AppCommand } from '../../stack/pair-processes.ts';

/** Runs the naive bff in place of ours. */
export const naiveBff: AppCommand = {
  cwd: join(ROOT, 'tools'),
  command: [process.execPath, '--import', 'tsx', 'src/chaos/naive/main.ts'],
};
