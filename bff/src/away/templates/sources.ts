import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HTML } from './defaults/html.ts';
import { SUBJECT, TEXT } from './defaults/text.ts';
import { WORDS } from './defaults/words.ts';

/** The files that a template folder can contain. */
export const TEMPLATE_FILES = {
  subject: 'subject.liquid',
  text: 'text.liquid',
  html: 'html.liquid',
  en: 'words.en.json',
  de: 'words.de.json',
} as const;

export type TemplateSources = Record<keyof typeof TEMPLATE_FILES, string>;

/** The built-in templates and words, as file contents. */
export const DEFAULT_SOURCES: TemplateSources = {
  subject: SUBJECT,
  text: TEXT,
  html: HTML,
  en: `${JSON.stringify(WORDS.en, null, 2)}\n`,
  de: `${JSON.stringify(WORDS.de, null, 2)}\n`,
};

/** Reads a template folder. Uses built-in content for missing files. Adds unreadable files to `faults`. */
export function readFolder(folder: string | undefined, faults: string[]): TemplateSources {
  const sources = { ...DEFAULT_SOURCES };
  if (folder === undefined) return sources;
  for (const [kind, file] of Object.entries(TEMPLATE_FILES) as [keyof TemplateSources, string][]) {
    try {
      sources[kind] = readFileSync(join(folder, file), 'utf8');
    } catch (error) {
      const { code = 'unreadable' } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') faults.push(`${file}: ${code}`);
    }
  }
  return sources;
}
