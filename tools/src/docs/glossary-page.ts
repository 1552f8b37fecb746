import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths.ts';

export const GLOSSARY_SOURCE = 'contracts/README.md';

const HEADING = '## Glossary';
const ROW = /^\|([^|]*)\|([^|]*)\|([^|]*)\|$/;

const glossaryLines = (): string[] => {
  const [, from = ''] = readFileSync(join(ROOT, GLOSSARY_SOURCE), 'utf8').split(`${HEADING}\n`);
  const [section = ''] = from.split(/^## /m);
  return section.split('\n');
};

/** Generates `docs/glossary.md`, which contains words and meanings but not the words to avoid. */
export function glossaryPage(): string {
  const lines = glossaryLines().filter((line) => ROW.test(line) || line.startsWith('### '));
  const page = lines.map((line) => {
    const [, word, meaning] = ROW.exec(line) ?? [];
    return word === undefined ? `\n${line.slice(1)}\n` : `|${word}|${meaning}|`;
  });
  return `# Glossary\n\nThe vocabulary of Tocsin. \`npm run docs\` copies it from \`${GLOSSARY_SOURCE}\`.\n${page.join('\n')}\n`;
}

/** The words in the glossary's last column, which code and documents must not use. */
export const retiredWords = (): string[] =>
  glossaryLines().flatMap((line) =>
    [...(ROW.exec(line)?.[3] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word),
  );
