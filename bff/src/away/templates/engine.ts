import { Liquid } from 'liquidjs';

export const KINDS = ['subject', 'text', 'html'] as const;
export type Kind = (typeof KINDS)[number];

/**
 * Uses LiquidJS because its templates, unlike those of most Node libraries, can't run code, so files in a template
 * folder can only render messages. LiquidJS also escapes all HTML output and reports line numbers for errors.
 */
const OPTIONS = {
  strictVariables: true,
  strictFilters: true,
  // `{% if item.body %}` must not fail for notifications without a body.
  lenientIf: true,
  ownPropertyOnly: true,
  // No file access: `{% render %}` and `{% layout %}` can't find any files.
  templates: {},
  parseLimit: 200_000,
  memoryLimit: 2_000_000,
} as const;

const PLAIN = new Liquid(OPTIONS);
const ESCAPED = new Liquid({ ...OPTIONS, outputEscape: 'escape' });

export const engineFor = (kind: Kind): Liquid => (kind === 'html' ? ESCAPED : PLAIN);
