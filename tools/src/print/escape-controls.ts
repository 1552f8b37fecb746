/**
 * Escapes characters that a terminal may interpret or that change the text direction. Keeps tabs. Use it for text
 * that comes in part from strangers, such as publishers.
 */
export const escapeControls = (text: string): string =>
  text.replace(
    /(?!\t)[\p{Cc}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
