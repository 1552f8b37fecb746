import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPublisher, type PublishError } from './index.ts';

const url = 'http://producer';
const respond = (status: number) => new Response(null, { status });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error: unknown) => (error as PublishError).code,
  );
const times = <T>(count: number, call: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => call(index));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('should send at most 16 retractions at a time, in call order, and reject those beyond maxWaiting', async () => {
  const responses: ((response: Response) => void)[] = [];
  const fetch = vi.fn<typeof globalThis.fetch>(() => new Promise((resolve) => responses.push(resolve)));
  const publisher = createPublisher({ url, fetch, maxWaiting: 20 });
  const codes = times(1_000, (index) => codeOf(publisher.retract(String(index))));
  expect(await Promise.all(codes.slice(20))).toEqual(times(980, () => 'full'));
  expect(await codeOf(publisher.publish({ title: 'a' }))).toBe('full');
  await vi.runAllTimersAsync();
  expect(fetch).toHaveBeenCalledTimes(16);
  responses[3]?.(respond(202));
  await vi.runAllTimersAsync();
  expect(fetch).toHaveBeenCalledTimes(17);

  fetch.mockImplementation(() => Promise.resolve(respond(202)));
  for (const settle of responses) settle(respond(202));
  await publisher.close();
  expect(await Promise.all(codes.slice(0, 20))).toEqual(times(20, () => 'ok'));
  const urls = fetch.mock.calls.map(([address]) => address);
  expect(urls).toEqual(times(20, (index) => `${url}/notifications/${index}`));
});

it('should accept notifications and retractions again after retractions have settled', async () => {
  const fetch = () => Promise.resolve(respond(202));
  const publisher = createPublisher({ url, fetch, maxWaiting: 1 });
  for (let count = 0; count < 3; count++) expect(await codeOf(publisher.retract('a'))).toBe('ok');
  const publishing = codeOf(publisher.publish({ title: 'a' }));
  await vi.runAllTimersAsync();
  expect(await publishing).toBe('ok');
});

it.each([
  [503, 'gave_up', 16],
  [202, 'ok', 18],
])(
  'should give up on a retraction after a long wait, unless the server has accepted another one: status %d',
  async (status, code, requests) => {
    const responses: ((response: Response) => void)[] = [];
    const fetch = vi.fn<typeof globalThis.fetch>(() => new Promise((resolve) => responses.push(resolve)));
    const publisher = createPublisher({ url, fetch, giveUpAfterMs: 1_000 });
    const codes = times(17, (index) => codeOf(publisher.retract(String(index))));
    await vi.advanceTimersByTimeAsync(2_000);
    fetch.mockResolvedValueOnce(respond(503)).mockResolvedValueOnce(respond(202));
    for (const settle of responses) settle(respond(status));
    await vi.runAllTimersAsync();
    expect(await Promise.all(codes)).toEqual(times(17, () => code));
    expect(fetch).toHaveBeenCalledTimes(requests);
  },
);
