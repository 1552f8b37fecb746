import { Liquid } from 'liquidjs';

export type Kind = 'subject' | 'text' | 'html';

/**
 * LiquidJS, because its templates run no code of their own, unlike those of most libraries for Node: a folder with
 * templates cannot do more than show a message. It escapes every output of HTML, and names the line of a fault.
 */
const OPTIONS = {
  strictVariables: true,
  strictFilters: true,
  // `{% if item.body %}` must not fail for a notification without a body.
  lenientIf: true,
  ownPropertyOnly: true,
  // Without files: `{% render %}` and `{% layout %}` find nothing.
  templates: {},
  parseLimit: 200_000,
  memoryLimit: 2_000_000,
} as const;

const PLAIN = new Liquid(OPTIONS);
const ESCAPED = new Liquid({ ...OPTIONS, outputEscape: 'escape' });

export const engineFor = (kind: Kind): Liquid => (kind === 'html' ? ESCAPED : PLAIN);
