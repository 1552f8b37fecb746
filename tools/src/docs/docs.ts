import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths.ts';
import { formatText } from '../print/format-text.ts';
import { glossaryPage } from './glossary-page.ts';
import { settingsPage } from './settings-page.ts';

export interface GeneratedPage {
  /** Path within the repository. */
  file: string;
  /** The unformatted Markdown. */
  make: () => string;
}

export const SETTINGS: GeneratedPage = { file: 'docs/settings.md', make: settingsPage };
export const GENERATED_PAGES: readonly GeneratedPage[] = [
  SETTINGS,
  { file: 'docs/glossary.md', make: glossaryPage },
];

export const formatPage = ({ file, make }: GeneratedPage): Promise<string> => formatText(file, make());

/** `npm run docs`: writes the generated pages. */
export async function docs(): Promise<number> {
  for (const page of GENERATED_PAGES) {
    writeFileSync(join(ROOT, page.file), await formatPage(page));
    process.stdout.write(`Wrote ${page.file}\n`);
  }
  return 0;
}
