import type { AuthConfig } from '../config.ts';

/** The message of `npm start` when all parts are ready. */
export function welcome(
  pages: readonly string[],
  /** `host:port`. */
  producer: string | undefined,
  { mode, hasIssuer, apiKeys }: AuthConfig,
  isOpen: boolean,
): string {
  const key = apiKeys ? " -H 'x-api-key: …'" : '';
  const read =
    mode === 'none'
      ? `anyone ${isOpen ? 'on the network' : 'on this machine'} can read every feed (AUTH_MODE=none)`
      : hasIssuer
        ? 'readers with a token of the issuer, each their own feeds (AUTH_MODE=jwt)'
        : 'create a token with npm run --silent token -- --sub user-1 (AUTH_MODE=jwt)';
  const send =
    producer === undefined
      ? []
      : [
          `  Send one   curl -d '{"title":"Hello"}' -H 'content-type: application/json' ${producer}/notifications${key}`,
        ];
  return [
    '',
    'Tocsin is ready.',
    `  See it     ${pages.join('  ')}`,
    ...send,
    `  Readers    ${read}`,
    `  Open to    ${isOpen ? 'other machines (TOCSIN_ADDRESS)' : 'this machine only'}`,
    '  Stop it    Ctrl-C',
    '',
    '',
  ].join('\n');
}
