import { readableJson } from '@tocsin/contracts';

/** Quotes `text` as a single word for a POSIX shell, which doesn't interpret anything inside single quotes. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Returns a curl command that sends `body` to this server's composer. The command reads the token from `$TOKEN`. */
export function curlCommand(origin: string, body: unknown, withToken: boolean): string {
  const token = withToken ? ` -H "authorization: Bearer $TOKEN"` : '';
  const json = shellWord(readableJson(JSON.stringify(body)));
  return `curl -d ${json} -H 'content-type: application/json'${token} ${shellWord(`${origin}/app/compose`)}`;
}
