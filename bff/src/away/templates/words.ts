import { z } from 'zod';
import { faultsOf } from '@tocsin/contracts';
import { PLACEHOLDERS, WORDS, type Words } from './defaults/words.ts';
import { TEMPLATE_FILES, type TemplateSources } from './sources.ts';

const NAMES = Object.keys(WORDS.en) as (keyof Words)[];
const MAX_WORD = 500;

const wordSchema = (name: keyof Words) => {
  const allowed = PLACEHOLDERS[name] ?? [];
  return z
    .string()
    .min(1)
    .max(MAX_WORD)
    .superRefine((word, context) => {
      for (const [placeholder, value = ''] of word.matchAll(/\{(\w+)\}/g)) {
        if (allowed.includes(value)) continue;
        const remedy =
          allowed.length > 0 ? `can only contain {${allowed.join('}, {')}}` : "can't contain placeholders";
        context.addIssue({ code: 'custom', message: `contains ${placeholder}, but ${remedy}` });
      }
    })
    .optional();
};

const wordsSchema = z.strictObject(Object.fromEntries(NAMES.map((name) => [name, wordSchema(name)])));

/**
 * Returns the phrases in both languages. Uses the built-in phrase if a file lacks one. Adds errors in the files to
 * `faults`.
 */
export function wordsOf(sources: TemplateSources, faults: string[]): Record<'en' | 'de', Words> {
  return { en: read('en'), de: read('de') };

  function read(language: 'en' | 'de'): Words {
    const file = TEMPLATE_FILES[language];
    let json: unknown;
    try {
      json = JSON.parse(sources[language]);
    } catch {
      faults.push(`${file}: is not valid JSON`);
      return WORDS[language];
    }
    const words = wordsSchema.safeParse(json);
    if (words.success) return { ...WORDS[language], ...words.data };
    for (const { path, message } of faultsOf(words.error)) faults.push(`${file}: ${path} ${message}`.trim());
    return WORDS[language];
  }
}
