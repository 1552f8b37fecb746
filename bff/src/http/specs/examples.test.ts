import { readFileSync } from 'node:fs';
import { publicationSchema, SERVER_EVENT_NAMES, subscribeRequestSchema } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { EVENT_SPECS } from './events.ts';
import { openApiDocument } from './openapi.ts';

const page = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8');

/** Returns the JSON values in the first code block below a heading in docs/protocol.md. */
function exampleBelow(heading: string): unknown[] {
  const [, block = ''] = /```json\n([^]*?)```/.exec(page.slice(page.indexOf(`\n${heading}\n`))) ?? [];
  // A line that doesn't start a value continues the previous value.
  return block
    .trim()
    .replaceAll(/\n(?![[{])/g, ' ')
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

it('should find a valid example of every event in docs/protocol.md', () => {
  const examples = exampleBelow('### Events') as [keyof typeof EVENT_SPECS, unknown][];
  expect(examples.map(([name]) => name).sort()).toEqual([...SERVER_EVENT_NAMES].sort());
  for (const [name, payload] of examples)
    expect(EVENT_SPECS[name].schema.safeParse(payload).error, name).toBeUndefined();
});

it('should find valid publications in docs/protocol.md', () => {
  const publications = exampleBelow('## Terms');
  expect(publications).toHaveLength(3);
  for (const one of publications) expect(publicationSchema.safeParse(one).error).toBeUndefined();
});

it('should find a valid request in docs/protocol.md, and a response with valid publications', () => {
  const [[name, request], response] = exampleBelow('### Requests') as [
    [string, unknown],
    { publications: unknown[] },
  ];
  expect(name).toBe('subscribe');
  expect(subscribeRequestSchema.safeParse(request).error).toBeUndefined();
  expect(response).toMatchObject({ ok: true, recovered: true, more: false });
  for (const one of response.publications) expect(publicationSchema.safeParse(one).error).toBeUndefined();
});

it('should find every route in docs/protocol.md', () => {
  const documented = new Set(Array.from(page.matchAll(/\/app\/[\w/{}-]+[\w}]/g), ([path]) => path));
  expect(Object.keys(openApiDocument().paths).filter((path) => !documented.has(path))).toEqual([]);
});
