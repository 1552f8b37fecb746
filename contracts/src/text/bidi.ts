const FSI = '\u2068';
const PDI = '\u2069';
/** The characters that begin a left-to-right, right-to-left or first-strong isolate. */
const ISOLATES = '\u2066\u2067\u2068';
/** Characters that change the direction of text, and letters in right-to-left scripts. */
const DIRECTIONAL =
  /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Removes the characters that would end an isolate around the text, and closes all isolates in the text. If you put the
 * result in an isolate, it can't affect the direction of the surrounding text.
 */
export function contained(text: string): string {
  if (!DIRECTIONAL.test(text)) return text;
  let depth = 0;
  let result = '';
  for (const character of text) {
    if (character === PDI && depth === 0) continue;
    if (ISOLATES.includes(character)) depth++;
    if (character === PDI) depth--;
    result += character;
  }
  return result + PDI.repeat(depth);
}

/** Isolates the text for plain-text contexts such as a label, a live message or a desktop notification. */
export const isolate = (text: string): string =>
  DIRECTIONAL.test(text) ? `${FSI}${contained(text)}${PDI}` : text;

/** Escapes the characters that change the text direction, so that a page displays the JSON in its actual order. */
export const readableJson = (json: string): string =>
  json.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
