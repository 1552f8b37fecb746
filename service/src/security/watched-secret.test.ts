import { afterEach, expect, it, vi } from 'vitest';
import { WatchedSecret } from './watched-secret.ts';

const open: WatchedSecret<number>[] = [];
afterEach(() => {
  for (const secret of open.splice(0)) secret.stop();
});

/** Watches a numeric secret. Reads return successive `responses`, then keep repeating the last one. */
function watch(...responses: (string | undefined | Error)[]) {
  const faults: unknown[] = [];
  const secret = new WatchedSecret<number>({
    read: async () => {
      const response = responses.length > 1 ? responses.shift() : responses[0];
      if (response instanceof Error) throw response;
      return response;
    },
    parse: (text) => {
      if (!/^\d+$/.test(text)) throw new Error('This isn’t a number.');
      return Number(text);
    },
    what: 'the number',
    onError: (error) => faults.push(error),
    everyMs: 5,
  });
  open.push(secret);
  return { secret, faults };
}

it('should throw the last error until the first successful read', async () => {
  const { secret, faults } = watch(new Error('The store is unavailable.'), undefined, '7');
  expect(() => secret.get()).toThrow('The first read is still in progress.');
  await vi.waitFor(() =>
    expect(() => secret.get()).toThrow('Not available yet: the number. The store is unavailable.'),
  );
  await vi.waitFor(() => expect(() => secret.get()).toThrow('does not contain the number'));
  await vi.waitFor(() => expect(secret.get()).toBe(7));
  expect(faults).toHaveLength(2);
});

it('should follow changes, and keep the last valid value', async () => {
  const { secret, faults } = watch('7', '8', 'eight');
  await vi.waitFor(() => expect(secret.get()).toBe(8));
  await vi.waitFor(() => expect(faults.length).toBeGreaterThan(0));
  expect(secret.get()).toBe(8);
});

it('should stop reading when stopped', async () => {
  const { secret, faults } = watch(new Error('unavailable'));
  await vi.waitFor(() => expect(faults).toHaveLength(1));
  secret.stop();
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(faults).toHaveLength(1);
});
