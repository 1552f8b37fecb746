import { readableJson } from '@tocsin/contracts';

/** Quotes `text` as one word for a POSIX shell, which interprets nothing within single quotes. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that sends `body` to this server's composer. Reads the token from `$TOKEN`. */
export function curlOf(origin: string, body: unknown, withToken: boolean): string {
  const token = withToken ? ` -H "authorization: Bearer $TOKEN"` : '';
  const json = shellWord(readableJson(JSON.stringify(body)));
  return `curl -d ${json} -H 'content-type: application/json'${token} ${shellWord(`${origin}/app/compose`)}`;
}
