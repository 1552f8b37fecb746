export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * The characters that Go's encoding/json escapes but `JSON.stringify` doesn't: U+2028 and U+2029 end lines in some
 * languages, and `<`, `>` and `&` are special in HTML.
 */
const ESCAPED = /[<>&\u2028\u2029]/g;

/**
 * Returns JSON as the sidecar sends it. The sidecar's HTTP API decodes a binding's data and re-encodes it with Go's
 * encoding/json, which sorts keys and escapes some characters. A signature must cover the re-encoded bytes. Numbers
 * must be safe integers, keys ASCII, and strings free of control characters other than tab and line feed.
 * tests/channels/webhook.test.ts checks this against a real sidecar.
 */
export function wireJson(value: Json): string {
  if (typeof value === 'string') {
    const escape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return JSON.stringify(value.replace(/\p{Surrogate}/gu, '\ufffd')).replace(ESCAPED, escape);
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(wireJson).join(',')}]`;
  const members = Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${wireJson(key)}:${wireJson(member)}`);
  return `{${members.join(',')}}`;
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);
