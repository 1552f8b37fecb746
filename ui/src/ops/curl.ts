import { readableJson } from '@tocsin/contracts';

/** `text` as one word of a POSIX shell, which takes nothing within single quotes to mean anything. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that sends `body` to this server's composer; with a token it is read from `$TOKEN`. */
export function curlOf(origin: string, body: unknown, withToken: boolean): string {
  const token = withToken ? ` -H "authorization: Bearer $TOKEN"` : '';
  const json = shellWord(readableJson(JSON.stringify(body)));
  return `curl -d ${json} -H 'content-type: application/json'${token} ${shellWord(`${origin}/app/compose`)}`;
}
