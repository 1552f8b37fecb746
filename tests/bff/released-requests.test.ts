import { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import * as v8 from 'node:v8';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { serveBff } from '../../bff/testing/served-bff.ts';

const CONNECTIONS = 20;
/** Longer than the server keeps a refused connection open. */
const SETTLE_MS = 1_500;

let bff: Awaited<ReturnType<typeof serveBff>>;
beforeEach(async () => {
  bff = await serveBff({});
});
afterEach(() => bff.stop());

it("should not retain a connection's request, including the headers and token", async () => {
  const countRequests = () => v8.queryObjects(IncomingMessage, { format: 'count' });
  // Earlier test files in this process might have left behind requests that are only released now.
  let before = countRequests();
  for (let last = Infinity; before < last;) {
    await delay(SETTLE_MS);
    [last, before] = [before, countRequests()];
  }
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => bff.connect('')));
  for (const socket of sockets) expect(await bff.subscribe(socket, 'all')).toMatchObject({ ok: true });
  await vi.waitFor(() => expect(countRequests()).toBeLessThanOrEqual(before), {
    timeout: 20_000,
    interval: 500,
  });
});
