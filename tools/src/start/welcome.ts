/** What is said when all is ready. */
export function welcome(pages: readonly string[], producerPort: number | undefined): string {
  const send =
    producerPort === undefined
      ? []
      : [
          `  Send one   curl -d '{"title":"Hello"}' -H 'content-type: application/json' localhost:${producerPort}/notifications`,
        ];
  return [
    '',
    'Tocsin is ready.',
    `  See it     ${pages.join('  ')}`,
    ...send,
    '  Stop it    Ctrl-C',
    '',
    '',
  ].join('\n');
}
