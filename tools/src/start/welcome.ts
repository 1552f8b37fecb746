import type { AuthConfig } from '../config.ts';

/** The message that `npm start` prints when all parts are ready. */
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
        ? 'readers need a token from your issuer; to read topics, the token must list them (AUTH_MODE=jwt)'
        : 'readers need a token: npm run --silent token -- --sub user-1 (AUTH_MODE=jwt)';
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
