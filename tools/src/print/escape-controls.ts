/**
 * Escapes characters that a terminal may interpret or that change the text direction. For text that strangers choose
 * parts of, for example publishers. Keeps tabs.
 */
export const escapeControls = (text: string): string =>
  text.replace(
    /(?!\t)[\p{Cc}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
