import { expect, it, vi } from 'vitest';
import type { Kit } from '../kit.ts';
import { READING } from './reading.ts';

const before = { epoch: '1-x', offset: 0, recovered: true, more: false, publications: [] };
const partial = { ...before, ok: true, offset: 1, more: true, publications: [{ offset: 1 }] };
const refusal = { ok: false, error: { code: 'feed_forbidden' } };

it.each([
  ['always sends the same page', [partial, partial], 'the server repeats a page'],
  ['rejects a request', [partial, refusal], 'refused: {"error":{"code":"feed_forbidden"}}'],
])('should fail the recovery case if the server %s', async (_, responses, reason) => {
  const request = vi.fn<() => Promise<unknown>>().mockRejectedValue(new Error('one request too many'));
  for (const response of responses) request.mockResolvedValueOnce(response);
  const kit = {
    feed: () => 'all',
    page: () => Promise.resolve(before),
    publishMany: () => Promise.resolve([]),
    socket: () => Promise.resolve({ request }),
  } as unknown as Kit;
  const recovers = READING.find(
    ({ name }) => name === 'recovers more publications than fit into one response',
  );
  await expect(recovers?.run(kit, 'websocket')).rejects.toThrow(reason);
});
