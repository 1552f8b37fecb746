import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '@tocsin/producer';
import { expect, it } from 'vitest';
import { ROOT } from '../paths.ts';
import { SMALLEST_BODIES, operationsWithBody, type Requests } from './smallest-bodies.ts';
import { startMemoryBff } from './memory-bff.ts';

const cases = Object.values(SMALLEST_BODIES).flatMap((operations) => Object.entries(operations));

it.each(cases)('should be valid for %s, and invalid if any member is missing', (_name, { schema, body }) => {
  expect(schema.safeParse(body).error).toBeUndefined();
  for (const name of Object.keys(body)) {
    const incomplete = Object.fromEntries(Object.entries(body).filter(([other]) => other !== name));
    expect(schema.safeParse(incomplete).success, `without ${name}`).toBe(false);
  }
});

it('should have a smallest body for each request body in the OpenAPI documents', async () => {
  const bff = await startMemoryBff();
  const document = (await (await fetch(`${bff.url}/openapi.json`)).json()) as Requests;
  await bff.stop();
  const names = (requests: Requests) => operationsWithBody(requests).map(({ operationId }) => operationId);
  expect(names(document).toSorted()).toEqual(Object.keys(SMALLEST_BODIES.bff).toSorted());
  expect(names(openApiDocument())).toEqual(Object.keys(SMALLEST_BODIES.producer));
});

it('should use the shortest body in the README as the smallest body for publishing', () => {
  const page = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const bodies = Array.from(page.matchAll(/curl -d '(.+?)' .*\/notifications$/gm), ([, body = '']) => body);
  const [shortest] = bodies.toSorted((a, b) => a.length - b.length);
  expect(shortest).toBe(JSON.stringify(SMALLEST_BODIES.producer['postNotifications']?.body));
});
