import { expect, it, vi } from 'vitest';
import { tokenUntil, useSource } from './source.ts';

it("should not return the next reader's token once the session has ended", async () => {
  const reader = { token: 'ada-1' };
  const session = new AbortController();
  const getAdaToken = tokenUntil(session.signal, () => reader.token);
  expect(await getAdaToken()).toBe('ada-1');
  reader.token = 'ada-2';
  expect(await getAdaToken()).toBe('ada-2');
  const request = getAdaToken();
  session.abort();
  reader.token = 'bob';
  expect([await request, await getAdaToken()]).toEqual(['ada-2', 'ada-2']);
});

it('should not return the first token if it arrives after the session has ended', async () => {
  const session = new AbortController();
  let resolveToken: (token: string) => void = () => undefined;
  const getAdaToken = tokenUntil(session.signal, () => new Promise((resolve) => (resolveToken = resolve)));
  const request = getAdaToken();
  session.abort();
  resolveToken('ada or bob');
  expect([await request, await getAdaToken()]).toEqual([undefined, undefined]);
});

it('should keep the last token if the session ended while a newer token was pending', async () => {
  const session = new AbortController();
  const tokens: (string | Promise<string>)[] = ['ada'];
  const getAdaToken = tokenUntil(session.signal, async () => tokens.shift());
  expect(await getAdaToken()).toBe('ada');
  let resolveToken: (token: string) => void = () => undefined;
  tokens.push(new Promise((resolve) => (resolveToken = resolve)));
  const request = getAdaToken();
  session.abort();
  resolveToken('bob');
  expect(await request).toBe('ada');
});

it('should fail a call if the token never arrives', async () => {
  vi.useFakeTimers();
  try {
    useSource().set({ url: '', getToken: () => new Promise(() => undefined) });
    const request = useSource().call(async () => 'called');
    request.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.getTimerCount()).toBe(0);
    await expect(request).rejects.toThrow('It took longer than 10000 ms.');
  } finally {
    vi.useRealTimers();
  }
});
