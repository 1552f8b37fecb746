import { Failure } from '../failure.ts';

/** A changelog section's text without the heading. @throws Failure if the section is missing or empty */
export function sectionOf(changelog: string, name: string): string {
  const parts = changelog.split(/^## (.+)$/m);
  const at = parts.findIndex(
    (part, index) => index % 2 === 1 && part.replace(/ - \d{4}-\d\d-\d\d$/, '') === name,
  );
  const text = at === -1 ? '' : (parts[at + 1] ?? '').trim();
  if (text === '') throw new Failure(`The section "## ${name}" in CHANGELOG.md is missing or empty.`);
  return text;
}

/** The version's section if it exists, otherwise the unreleased changes. */
export const changesOf = (changelog: string, version: string): string =>
  new RegExp(`^## ${version.replaceAll('.', '\\.')} - `, 'm').test(changelog)
    ? sectionOf(changelog, version)
    : sectionOf(changelog, 'Unreleased');
