import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { forgetStores } from '../stores/define-store.ts';
import { useSource } from '../stores/source.ts';
import { joinPageSession, type ElementOptions } from './page-session.ts';

const SERVER = 'http://127.0.0.1:9';
const tokenOf = (sub: string, exp = 1) => `e30.${btoa(JSON.stringify({ sub, exp }))}.x`;
let removers: (() => void)[] = [];
/** The feeds whose newest page was requested. */
let requested: string[] = [];

beforeEach(() => {
  forgetStores();
  requested = [];
  const element = { closest: () => ({ getAttribute: () => 'en' }) };
  const ignore = () => undefined;
  const storage = { getItem: () => null, setItem: ignore };
  vi.useFakeTimers();
  const eventTarget = { addEventListener: ignore, removeEventListener: ignore };
  vi.stubGlobal('document', { ...eventTarget, hidden: true, body: element, documentElement: element });
  vi.stubGlobal(
    'MutationObserver',
    class {
      readonly observe = ignore;
      readonly disconnect = ignore;
    },
  );
  vi.stubGlobal('navigator', { onLine: false });
  vi.stubGlobal('localStorage', storage);
  vi.stubGlobal('sessionStorage', storage);
  for (const [name, stub] of Object.entries(eventTarget)) vi.stubGlobal(name, stub);
  vi.stubGlobal('fetch', (url: string) => {
    requested.push(...new URL(url).searchParams.getAll('feed'));
    return new Promise(ignore);
  });
});
afterEach(() => {
  for (const remove of removers.splice(0)) remove();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Adds an element to the page's session. Returns a function that removes the element. */
function join(token: string | undefined, more: Partial<ElementOptions> = {}): () => void {
  const remove = joinPageSession({ server: SERVER, feeds: ['all'], token: () => token, ...more });
  removers.push(remove);
  return () => {
    removers = removers.filter((other) => other !== remove);
    remove();
  };
}

const tokenInUse = () => useSource().call(async (_url, _clientId, { token }) => token);

it('should use the token of an element that joins later', async () => {
  join(tokenOf('ada'));
  join(tokenOf('ada', 2));
  expect(await tokenInUse()).toBe(tokenOf('ada', 2));
  await vi.advanceTimersByTimeAsync(1);
  expect(requested, 'the session of the same reader continues').toEqual(['all']);
});

it("should restart for another reader whose elements join before the previous reader's elements are removed", async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const removeAda = [0, 1].map(() => join(tokenOf('ada'), { feeds: ['user:ada'] }));
  await vi.advanceTimersByTimeAsync(1);
  for (let element = 0; element < 2; element++) join(tokenOf('bob'), { feeds: ['user:bob'] });
  for (const remove of removeAda) remove();
  await vi.advanceTimersByTimeAsync(1);
  expect(await tokenInUse()).toBe(tokenOf('bob'));
  expect(requested).toEqual(['user:ada', 'user:bob']);
  expect(error).not.toHaveBeenCalled();
  error.mockRestore();
});

it.each([
  ['has no token', undefined, {}],
  ['uses another server', tokenOf('ada', 2), { server: 'https://other.example' }],
])('should keep the token if an element joins that %s', async (_title, token, more) => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  join(tokenOf('ada'));
  join(token, more);
  expect(await tokenInUse()).toBe(tokenOf('ada'));
  vi.mocked(console.error).mockRestore();
});

it("should not use a later element's token if the first element has `getToken`", async () => {
  join(undefined, { getToken: () => tokenOf('ada') });
  join(tokenOf('bob'));
  expect(await tokenInUse()).toBe(tokenOf('ada'));
});
