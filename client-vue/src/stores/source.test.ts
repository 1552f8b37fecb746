import { expect, it, vi } from 'vitest';
import { tokenUntil, useSource } from './source.ts';

it("should not return the next reader's token once the session has ended", async () => {
  const reader = { token: 'ada-1' };
  const session = new AbortController();
  const tokenOfAda = tokenUntil(session.signal, () => reader.token);
  expect(await tokenOfAda()).toBe('ada-1');
  reader.token = 'ada-2';
  expect(await tokenOfAda()).toBe('ada-2');
  const asked = tokenOfAda();
  session.abort();
  reader.token = 'bob';
  expect([await asked, await tokenOfAda()]).toEqual(['ada-2', 'ada-2']);
});

it('should not return the first token if it arrives after the session has ended', async () => {
  const session = new AbortController();
  let answer: (token: string) => void = () => undefined;
  const tokenOfAda = tokenUntil(session.signal, () => new Promise((resolve) => (answer = resolve)));
  const asked = tokenOfAda();
  session.abort();
  answer('ada or bob');
  expect([await asked, await tokenOfAda()]).toEqual([undefined, undefined]);
});

it('should keep the last token if the session ended while a newer token was pending', async () => {
  const session = new AbortController();
  const tokens: (string | Promise<string>)[] = ['ada'];
  const tokenOfAda = tokenUntil(session.signal, async () => tokens.shift());
  expect(await tokenOfAda()).toBe('ada');
  let answer: (token: string) => void = () => undefined;
  tokens.push(new Promise((resolve) => (answer = resolve)));
  const asked = tokenOfAda();
  session.abort();
  answer('bob');
  expect(await asked).toBe('ada');
});

it('should fail a call if the token never arrives', async () => {
  vi.useFakeTimers();
  try {
    useSource().set({ url: '', getToken: () => new Promise(() => undefined) });
    const asked = useSource().ask(async () => 'asked');
    asked.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.getTimerCount()).toBe(0);
    await expect(asked).rejects.toThrow('It took longer than 10000 ms.');
  } finally {
    vi.useRealTimers();
  }
});
