import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVER_EVENT_NAMES } from '@tocsin/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';
import { asyncApiDocument } from './asyncapi.ts';
import { openApiDocument } from './openapi.ts';

let bff: ServedBff;
beforeAll(async () => void (bff = await serveBff({ AUTH_MODE: 'jwt' })));
afterAll(() => bff.stop());

const resolveReference = (document: object, reference: string): unknown =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);

describe.each([
  ['/openapi.json', openApiDocument()],
  ['/asyncapi.json', asyncApiDocument()],
])('%s', (path, document) => {
  it('should be served without a token', async () => {
    const response = await fetch(`${bff.url}${path}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('should resolve every reference, and have no unused schema', () => {
    const text = JSON.stringify(document);
    const references = new Set(Array.from(text.matchAll(/"\$ref":"([^"]+)"/g), ([, one = '']) => one));
    for (const reference of references)
      expect(resolveReference(document, reference), reference).toBeDefined();
    const schemas = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(schemas.filter((name) => !references.has(name))).toEqual([]);
  });
});

/** The paths of reader routes that the code names as a whole, as in OpenAPI. */
function namedRoutes(): string[] {
  const folders = ['routes', 'away'].map((name) => join(import.meta.dirname, '..', name));
  const code = folders.flatMap((folder) =>
    readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')),
  );
  return [...code.join('').matchAll(/\.route\('(\/app\/[^']+)'\)/g)].map(([, path = '']) =>
    path.replace(/:(\w+)/g, '{$1}'),
  );
}

it('should describe only existing reader routes, which all require a token', async () => {
  const described = Object.keys(openApiDocument().paths);
  for (const path of described) expect((await fetch(`${bff.url}${path}`)).status, path).toBe(401);
  const named = namedRoutes();
  const open = await serveBff({});
  for (const path of described.filter((one) => !named.includes(one)))
    expect((await fetch(`${open.url}${path}`)).status, path).toBe(405);
  await open.stop();
});

it('should describe every reader route', () => {
  const routes = namedRoutes();
  expect(routes).toContain('/app/channels/push');
  // Only our client calls this route, before it connects to Azure Web PubSub.
  const hidden = '/app/negotiate';
  expect(Object.keys(openApiDocument().paths)).toEqual(
    expect.arrayContaining(routes.filter((path) => path !== hidden)),
  );
});

it('should describe every server event', () => {
  expect(Object.keys(asyncApiDocument().operations)).toEqual(expect.arrayContaining([...SERVER_EVENT_NAMES]));
});
