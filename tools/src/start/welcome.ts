import type { AuthConfig } from '../config.ts';

/** What is said when all is ready. */
export function welcome(
  pages: readonly string[],
  producerPort: number | undefined,
  { mode, hasIssuer, apiKeys }: AuthConfig,
): string {
  const key = apiKeys ? " -H 'x-api-key: …'" : '';
  const read =
    mode === 'none'
      ? 'whoever reaches these ports reads every feed (AUTH_MODE=none)'
      : hasIssuer
        ? 'whoever has a token of the issuer reads the own feeds (AUTH_MODE=jwt)'
        : 'npm run --silent token -- --sub user-1 makes a token (AUTH_MODE=jwt)';
  const send =
    producerPort === undefined
      ? []
      : [
          `  Send one   curl -d '{"title":"Hello"}' -H 'content-type: application/json' localhost:${producerPort}/notifications${key}`,
        ];
  return [
    '',
    'Tocsin is ready.',
    `  See it     ${pages.join('  ')}`,
    ...send,
    `  Readers    ${read}`,
    '  Stop it    Ctrl-C',
    '',
    '',
  ].join('\n');
}
