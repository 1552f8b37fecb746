import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@tocsin/tools/paths';

export function packageVersion(name: string): string {
  const file = join(ROOT, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
