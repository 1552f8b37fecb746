import { parseDateTime } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { RevocationList, type RevocationDocument } from './revocations.ts';

function setUp(revocations: object[] = []) {
  let stored: { value: unknown; etag: string } | undefined = { value: { v: 1, revocations }, etag: '0' };
  const document: RevocationDocument = {
    read: async () => structuredClone(stored),
    write: async (value, etag) => {
      stored = { value: structuredClone(value), etag: `${etag}0` };
    },
  };
  return new RevocationList({ document, now: () => 1_000 });
}

it('should be able to reread a revocation with a date before the year 0', async () => {
  const list = setUp();
  const before = parseDateTime('0000-01-01T00:00:00+01:00') ?? NaN;
  expect(await list.revoke('ada', before)).toMatchObject({ before: '1970-01-01T00:00:00.000Z' });
  await list.revoke('bob', 900);
  expect((await list.read())?.map(({ sub }) => sub)).toEqual(['ada', 'bob']);
  expect(await list.lift('ada')).toBe(true);
});

it('should apply a revocation with an unreadable date to all the subject’s tokens, and read all other revocations', async () => {
  const at = '2026-01-01T00:00:00.000Z';
  const list = setUp([
    { sub: 'ada', before: '-000001-12-31T23:00:00.000Z', at },
    { sub: 'bob', before: 7, at: 'yesterday' },
    { sub: 'cyd', before: at, at },
  ]);
  expect(await list.read()).toEqual([
    { sub: 'ada', before: '0000-01-01T00:00:00.000Z', at },
    { sub: 'bob', before: '9999-12-31T23:59:59.999Z', at: '0000-01-01T00:00:00.000Z' },
    { sub: 'cyd', before: at, at },
  ]);
  expect(await list.lift('bob')).toBe(true);
  expect((await list.read())?.map(({ sub }) => sub)).toEqual(['ada', 'cyd']);
});

it('should reject a list with an unreadable subject, since it is unclear whose tokens are revoked', async () => {
  await expect(setUp([{ sub: 7, before: '2026-01-01T00:00:00Z', at: '' }]).read()).rejects.toThrow('sub');
});

it('should lift a revocation even if the response to the write is lost', async () => {
  let stored: { value: unknown; etag: string } | undefined;
  let losesResponse = false;
  const document: RevocationDocument = {
    read: async () => structuredClone(stored),
    write: async (value, etag) => {
      if (stored?.etag !== etag) throw new Error('stale');
      stored = { value: structuredClone(value), etag: String(Number(etag ?? 0) + 1) };
      if (losesResponse) throw new Error('no response');
    },
  };
  const list = new RevocationList({ document, now: () => 1_000 });
  await list.revoke('ada', 900);
  losesResponse = true;
  expect(await list.lift('ada')).toBe(true);
  expect(await list.read()).toEqual([]);
  expect(await list.lift('ada')).toBe(false);
});
