import { IncomingMessage } from 'node:http';
import * as v8 from 'node:v8';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { serveBff } from '../../testing/served-bff.ts';

const CONNECTIONS = 20;

let bff: Awaited<ReturnType<typeof serveBff>>;
beforeEach(async () => {
  bff = await serveBff({});
});
afterEach(() => bff.stop());

it('should keep no request in memory for a connection, with its headers and token', async () => {
  const countRequests = () => v8.queryObjects(IncomingMessage, { format: 'count' });
  // Earlier files of this process may have left requests that are released only now.
  let before = countRequests();
  await vi.waitFor(
    () => {
      const last = before;
      before = countRequests();
      expect(before).toBe(last);
    },
    { timeout: 20_000, interval: 1_500 },
  );
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => bff.connect('')));
  for (const socket of sockets) expect(await bff.subscribe(socket, 'all')).toMatchObject({ ok: true });
  await vi.waitFor(() => expect(countRequests()).toBeLessThanOrEqual(before), {
    timeout: 20_000,
    interval: 500,
  });
});
