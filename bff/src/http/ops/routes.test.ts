import { readFileSync } from 'node:fs';
import type { Router } from 'express';
import { expect, it } from 'vitest';
import { opsRoutes } from './routes.ts';

const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');

it('should find exactly the routes of the ops page in docs/operations.md', () => {
  // Creating the routes uses only these options.
  const options = { opsAccess: {}, readerData: {}, revocations: {} } as unknown;
  const { stack } = opsRoutes(options as Parameters<typeof opsRoutes>[0]);
  const served = stack
    .flatMap(({ handle }) => (handle as Partial<Router>).stack ?? [])
    .flatMap(({ route }) => (route?.stack ?? []).map(({ method }) => [method, route?.path ?? ''] as const))
    // The handlers that refuse all other methods have no method of their own. Skip them.
    .filter(([method]) => method)
    .map(([method, path]) => {
      const full = path.startsWith('/app/') ? path : `/app/ops${path}`;
      return `${method.toUpperCase()} ${full.replaceAll(/:(\w+)/g, '{$1}')}`;
    });
  const documented = Array.from(page.matchAll(/^\| `([A-Z]+ \/app\/[^`?]+)/gm), ([, call]) => call);
  expect(documented.sort()).toEqual([...new Set(served)].sort());
});
