import { problemSchema, type Problem } from '@tocsin/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveBff, type ServedBff } from '../../testing/served-bff.ts';

let bff: ServedBff;
beforeAll(async () => void (bff = await serveBff({})));
afterAll(() => bff.stop());

const problemOf = async (query: string): Promise<Problem> => {
  const response = await fetch(`${bff.url}/app/unread?${query}`);
  expect(response.status).toBe(400);
  return problemSchema.parse(await response.json());
};

it('should list unknown, repeated and invalid parameters together', async () => {
  const { code, errors } = await problemOf('feed=all&feed=all&clientId=%20&limit=2');
  expect(code).toBe('invalid_query');
  expect(new Set(errors?.map(({ path }) => path))).toEqual(new Set(['feed', 'clientId', 'limit']));
});

it('should list at most a hundred errors, and say so', async () => {
  const names = Array.from({ length: 150 }, (_, index) => `p${index}`);
  const { errors, detail } = await problemOf(names.join('&'));
  expect(errors).toHaveLength(100);
  expect(detail).toBe('The query is invalid; see errors. The first 100 are listed.');
});

it('should refuse a query that is not UTF-8', async () => {
  expect((await problemOf('feed=user:%ff')).errors).toEqual([
    { path: '', message: 'must be valid percent-encoded UTF-8' },
  ]);
});
