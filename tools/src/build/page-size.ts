import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from '../paths.ts';
import { ELEMENTS_SCRIPT } from './bundle-elements.ts';

const DIST = join(ROOT, 'ui', 'dist');
const gzippedSize = (file: string): number => gzipSync(readFileSync(file), { level: 9 }).length;

/** The built file, and all files that it loads through `src`, `href` or a static `import`, directly or indirectly. */
function filesOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const names = file.endsWith('.html')
    ? text.matchAll(/(?:src|href)="\/((?:assets\/)?[\w.-]+\.(?:js|css|svg))"/g)
    : text.matchAll(/(?:^|[;}\s])(?:import|export)[^;"'`(]*["'`]\.\/((?:assets\/)?[\w.-]+\.js)["'`]/g);
  for (const [, name = ''] of names) {
    const named = join(file.includes('/assets/') ? join(DIST, 'assets') : DIST, name);
    if (existsSync(named)) filesOf(named, seen);
  }
  return seen;
}

const sizeOf = (name: string): number =>
  [...filesOf(join(DIST, name))].reduce((sum, file) => sum + gzippedSize(file), 0);

/** The gzipped size of all files that a browser must load for `/` (`page`) and for the custom elements (`elements`). */
export const pageSizes = () => ({ page: sizeOf('index.html'), elements: sizeOf(ELEMENTS_SCRIPT) });

/** The built files that contain a schema library. Browsers should never have to load one. */
export const filesWithSchemas = (): string[] =>
  ['index.html', 'ops.html', ELEMENTS_SCRIPT]
    .flatMap((page) => [...filesOf(join(DIST, page))])
    .filter((file) => /ZodError|_zod/.test(readFileSync(file, 'utf8')));
