import type { AuthConfig } from '../config.ts';

/** The message when everything is ready. */
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
      ? `everybody ${isOpen ? 'on the network' : 'on this machine'} reads every feed (AUTH_MODE=none)`
      : hasIssuer
        ? 'whoever has a token of the issuer reads the own feeds (AUTH_MODE=jwt)'
        : 'npm run --silent token -- --sub user-1 makes a token (AUTH_MODE=jwt)';
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
    `  Open to    ${isOpen ? 'other machines (TOCSIN_ADDRESS)' : 'this machine alone'}`,
    '  Stop it    Ctrl-C',
    '',
    '',
  ].join('\n');
}
