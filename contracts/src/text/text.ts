import { z } from 'zod';
import { isSafeLink } from './safe-link.ts';
import { parseDateTime } from './time.ts';

// oxlint-disable-next-line no-control-regex -- matches control characters on purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
// oxlint-disable-next-line no-control-regex -- the same without tab (09) and line feed (0a)
const CONTROL_EXCEPT_BREAKS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
/** Pattern for plain text in JSON schemas. Requires a visible character and forbids control characters. */
const patternOf = (control: RegExp): string => {
  const allowed = control.source.replace('[', '[^');
  return `^${allowed}*${allowed.replace(']', '\\s]')}${allowed}*$`;
};
const BLANK = /^[\s\p{Z}\p{Cf}]*$/u;

/** Returns the length in Unicode code points. All length limits in the contracts count code points. */
export const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

/** Whether the text has no lone surrogates. Only such text can be encoded as UTF-8 without loss. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

export const hasControlCharacters = (text: string): boolean => CONTROL.test(text);

export interface PlainTextOptions {
  /** Maximum number of code points. */
  max: number;
  /** Whether line feeds and tabs are allowed. */
  breaks?: boolean;
}

/** Plain text of 1 to `max` code points: not blank, no control characters, no lone surrogates. */
export const plainText = ({ max, breaks = false }: PlainTextOptions) =>
  z
    .string()
    .meta({ minLength: 1, maxLength: max, pattern: patternOf(breaks ? CONTROL_EXCEPT_BREAKS : CONTROL) })
    .superRefine((text, context) => {
      const fault = (message: string) => context.addIssue({ code: 'custom', message });
      if (BLANK.test(text)) fault('must not be blank');
      if (codePoints(text) > max) fault(`must have at most ${max} characters`);
      if ((breaks ? CONTROL_EXCEPT_BREAKS : CONTROL).test(text)) {
        fault(`must not contain control characters${breaks ? ' other than line feed and tab' : ''}`);
      }
      if (!isWellFormed(text)) fault('must not contain lone surrogates');
    });

export const MAX_ID_LENGTH = 128;
const ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** 1 to 128 characters of `A–Z a–z 0–9 . _ : -`. */
export const idSchema = z.string().regex(ID, 'must be 1 to 128 characters of A-Z a-z 0-9 . _ : -');

/** An RFC 3339 date-time with an offset, such as `2026-05-01T12:00:00Z`. */
export const dateTimeSchema = z
  .string()
  .max(64, 'must have at most 64 characters')
  .refine(
    (text) => parseDateTime(text) !== undefined,
    'must be an RFC 3339 date-time such as 2026-05-01T12:00:00Z',
  )
  .meta({ format: 'date-time' });

const MAX_LINK = 2048;

/** A link that can't run code in a browser or disguise where it leads. */
export const linkSchema = z
  .string()
  .meta({
    description: 'An http(s) URL or a path that starts with a single `/`.',
    pattern: '^(/([^/\\\\\\s]\\S*)?|[hH][tT][tT][pP][sS]?://[^/\\\\\\s]\\S*)$',
    minLength: 1,
    maxLength: MAX_LINK,
  })
  .superRefine((link, context) => {
    const fault = (message: string) => context.addIssue({ code: 'custom', message });
    if (codePoints(link) > MAX_LINK) fault(`must have at most ${MAX_LINK} characters`);
    if (CONTROL.test(link) || /\s/.test(link)) fault('must not contain white space or control characters');
    if (!isWellFormed(link)) fault('must not contain lone surrogates');
    if (!isSafeLink(link)) fault('must be an http(s) URL or a path that starts with a single /');
  });
