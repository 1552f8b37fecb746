import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../paths.ts';
import { formatPage, GENERATED_PAGES } from './docs.ts';

it.each(GENERATED_PAGES)('should be up to date: $file', async (page) => {
  expect(readFileSync(join(ROOT, page.file), 'utf8'), 'run `npm run docs`').toBe(await formatPage(page));
});
