import { problemSchema } from '@tocsin/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveBff, type ServedBff } from '../../../../testing/served-bff.ts';

let bff: ServedBff;
beforeAll(async () => {
  bff = await serveBff({ PUBLISHED_ON: 'loopback' });
});
afterAll(() => bff.stop());

it.each([
  [401, 'unauthorized'],
  [403, 'forbidden'],
] as const)(
  'should report a %d from the producer as 503, since it isn’t about the operator’s token',
  async (status, code) => {
    const detail = 'The signature is invalid.';
    bff.backend.composeWith(async () => ({
      problem: { type: 'about:blank', title: 'Refused', status, code, detail },
    }));
    const response = await fetch(`${bff.url}/app/compose`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"title":"x"}',
    });
    expect(response.status).toBe(503);
    const problem = problemSchema.parse(await response.json());
    expect(problem).toMatchObject({
      code: 'unavailable',
      detail: "The producer refused the bff's call: The signature is invalid.",
    });
    expect(problem.ids).toBeUndefined();
  },
);
