import { Liquid } from 'liquidjs';

export type Kind = 'subject' | 'text' | 'html';

/**
 * LiquidJS, because its templates cannot run code, unlike those of most Node libraries: a template folder can only
 * render a message. It escapes all HTML output and reports the line of an error.
 */
const OPTIONS = {
  strictVariables: true,
  strictFilters: true,
  // `{% if item.body %}` must not fail for a notification without a body.
  lenientIf: true,
  ownPropertyOnly: true,
  // No file access: `{% render %}` and `{% layout %}` find nothing.
  templates: {},
  parseLimit: 200_000,
  memoryLimit: 2_000_000,
} as const;

const PLAIN = new Liquid(OPTIONS);
const ESCAPED = new Liquid({ ...OPTIONS, outputEscape: 'escape' });

export const engineFor = (kind: Kind): Liquid => (kind === 'html' ? ESCAPED : PLAIN);
