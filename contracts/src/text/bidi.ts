const FSI = '\u2068';
const PDI = '\u2069';
/** Left-to-right, right-to-left and first-strong isolates. */
const ISOLATES = '\u2066\u2067\u2068';
/** Characters that turn the direction of what follows, and letters that are written from right to left. */
const TURNS =
  /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * The text without what would end an isolate around it, and with all isolates of its own ended: so it cannot turn the
 * direction of what stands beside it.
 */
export function contained(text: string): string {
  if (!TURNS.test(text)) return text;
  let depth = 0;
  let kept = '';
  for (const character of text) {
    if (character === PDI && depth === 0) continue;
    if (ISOLATES.includes(character)) depth++;
    if (character === PDI) depth--;
    kept += character;
  }
  return kept + PDI.repeat(depth);
}

/** The text for a sentence that has no elements: a label, what a screen reader says, a notification of the system. */
export const isolate = (text: string): string => (TURNS.test(text) ? `${FSI}${contained(text)}${PDI}` : text);

/** JSON with every character that turns directions as an escape, so that it reads as it is. */
export const readableJson = (json: string): string =>
  json.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
