import { join } from 'node:path';
import { ROOT } from '@tocsin/tools/paths';
import type { AppCommand } from '@tocsin/tools/stack/pair-processes';

export const naiveBff: AppCommand = {
  cwd: join(ROOT, 'lab'),
  command: [process.execPath, '--import', 'tsx', 'src/chaos/naive/main.ts'],
};
