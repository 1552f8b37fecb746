import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * SPDX ids of the licenses that shipped packages may have. They require at most attribution. Only MPL-2.0 also requires
 * publishing changes to the licensed files, and we don't change these files.
 */
export const ALLOWED_LICENSES = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'Unlicense',
];

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      license: z.string().optional(),
      dev: z.boolean().default(false),
      link: z.boolean().optional(),
    }),
  ),
});
/** Old packages specify the license as an object or a list. */
const manifestSchema = z.object({
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
  licenses: z.array(z.object({ type: z.string() })).optional(),
});

export interface PackageLicense {
  /** The installed package's path, for example `node_modules/zod`. */
  path: string;
  /** An SPDX expression, or `undefined` if the package doesn't specify a license. */
  license: string | undefined;
}

/**
 * Each package's license, read from package-lock.json or else from the package itself. Skips development dependencies.
 * These files specify all licenses, so no library is needed.
 */
export function shippedLicenses(root: string): PackageLicense[] {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  return Object.entries(lock.packages)
    .filter(([path, { dev, link }]) => path.includes('node_modules/') && !dev && !link)
    .map(([path, { license }]) => ({ path, license: license ?? licenseOfPackage(join(root, path)) }));
}

function licenseOfPackage(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { license, licenses } = manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  if (license !== undefined) return typeof license === 'string' ? license : license.type;
  return licenses?.map(({ type }) => type).join(' OR ');
}

/** True if `allowed` satisfies an SPDX expression of ids, AND, OR and parentheses. */
export function isAllowed(expression: string, allowed: readonly string[] = ALLOWED_LICENSES): boolean {
  const ids = new Set(allowed.map((id) => id.toLowerCase()));
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const parseTerm = (): boolean => {
    const word = words[at++];
    if (word !== '(') return word !== undefined && ids.has(word.toLowerCase());
    const inside = parseOr();
    return words[at++] === ')' && inside;
  };
  const parseAnd = (): boolean => {
    let met = parseTerm();
    while (words[at]?.toUpperCase() === 'AND') {
      at++;
      met = parseTerm() && met;
    }
    return met;
  };
  const parseOr = (): boolean => {
    let met = parseAnd();
    while (words[at]?.toUpperCase() === 'OR') {
      at++;
      met = parseAnd() || met;
    }
    return met;
  };
  return parseOr() && at === words.length;
}
