import { expect, it } from 'vitest';
import { RevocationList, type RevocationDocument } from './revocations.ts';

it('should lift a revocation even if the response to the write is lost', async () => {
  let stored: { value: unknown; etag: string } | undefined;
  let losesResponse = false;
  const document: RevocationDocument = {
    read: async () => structuredClone(stored),
    write: async (value, etag) => {
      if (stored?.etag !== etag) throw new Error('stale');
      stored = { value: structuredClone(value), etag: String(Number(etag ?? 0) + 1) };
      if (losesResponse) throw new Error('no answer');
    },
  };
  const list = new RevocationList({ document, now: () => 1_000 });
  await list.revoke('ada', 900);
  losesResponse = true;
  expect(await list.lift('ada')).toBe(true);
  expect(await list.read()).toEqual([]);
  expect(await list.lift('ada')).toBe(false);
});
