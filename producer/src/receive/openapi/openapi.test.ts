import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testServer, type TestServer } from '../../../testing/test-server.ts';
import {
  ACCEPTED_EXAMPLE,
  INVALID_EXAMPLE,
  REQUEST_EXAMPLES,
  UNAVAILABLE_EXAMPLE,
} from './openapi-examples.ts';
import { openApiDocument } from './openapi.ts';

let server: TestServer;
beforeAll(async () => void (server = await testServer()));
afterAll(() => server.close());

const document = openApiDocument();

/** Builds a validator from a schema in the document, as an API user would. */
function validatorOf(name: string) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  return ajv
    .addSchema(document, 'openapi.json')
    .compile({ $ref: `openapi.json#/components/schemas/${name}` });
}

describe('the OpenAPI document', () => {
  it('should be served', async () => {
    const response = await fetch(`${server.url}/openapi.json`);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('should be valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>);
    expect(result.errors ?? []).toEqual([]);
    expect([result.valid, validator.version]).toEqual([true, '3.1']);
  });

  it('should describe every public route', () => {
    const folder = join(import.meta.dirname, '../routes');
    const sources = readdirSync(folder).filter((name) => /(?<!\.test)\.ts$/.test(name));
    const code = sources.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
    const routes = [...code.matchAll(/\.route\('([^']+)'\)/g)].map(([, path = '']) => path);
    expect(routes).toContain('/feeds/:feed');
    const invoked = ['/operations'];
    for (const path of routes.filter((path) => !invoked.includes(path)))
      expect(Object.keys(document.paths)).toContain(path.replace(/:(\w+)/g, '{$1}'));
  });

  it('should have a schema for every reference, and no unused schemas', () => {
    const references = new Set(JSON.stringify(document).match(/#\/components\/schemas\/\w+/g));
    const names = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect([...references].sort()).toEqual(names.sort());
  });

  it('should have examples that match the schemas and that the producer accepts', async () => {
    for (const [name, { value }] of Object.entries(REQUEST_EXAMPLES)) {
      const validate = validatorOf(Array.isArray(value) ? 'NotificationInputs' : 'NotificationInput');
      expect(validate(value), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
      expect((await server.post(JSON.stringify(value))).status).toBe(202);
    }
    expect(validatorOf('Accepted')(ACCEPTED_EXAMPLE)).toBe(true);
    for (const example of [INVALID_EXAMPLE, UNAVAILABLE_EXAMPLE]) {
      expect(validatorOf('Problem')(example)).toBe(true);
    }
  });

  it.each<[string, object]>([
    ['title', { title: '' }],
    ['title', { title: ' ' }],
    ['title', { title: 'a\nb' }],
    ['body', { title: 'x', body: 'a\u0000' }],
    ['feed', { title: 'x', feed: 'topic:a b' }],
    ['link', { title: 'x', link: '//evil.example' }],
    ['link', { title: 'x', link: '/\\evil.example' }],
    ['link', { title: 'x', link: 'javascript:alert(1)' }],
    ['severity', { title: 'x', severity: 'fatal' }],
    ['collapseKey', { title: 'x', collapseKey: ' ' }],
    ['members', { title: 'x', colour: 'red' }],
  ])('should reject the same values as the producer: %s %o', async (_member, value) => {
    expect(validatorOf('NotificationInput')(value)).toBe(false);
    expect((await server.post(JSON.stringify(value))).status).toBe(400);
  });

  it.each<object>([
    { title: '<b>', link: 'HTTPS://example.com/ü?<x>', body: 'a\n\tb', feed: 'user:ä b' },
    { title: '🔔'.repeat(120), link: '/', source: ' x ' },
  ])('should allow the same values as the producer: %o', async (value) => {
    expect(validatorOf('NotificationInput')(value)).toBe(true);
    expect((await server.post(JSON.stringify(value))).status).toBe(202);
  });
});
