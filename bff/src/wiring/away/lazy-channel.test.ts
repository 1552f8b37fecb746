import { afterEach, expect, it, vi } from 'vitest';
import { messageOf, notificationOf } from '../../../testing/away/messages.ts';
import { EMAIL } from '../../away/channels/traits.ts';
import { lazyChannel } from './lazy-channel.ts';

afterEach(() => void vi.useRealTimers());

it('should report a channel as unavailable until the secret can be read, and then create it only once', async () => {
  let hasSecret = false;
  let created = 0;
  const channel = lazyChannel({
    ...EMAIL,
    onError: () => undefined,
    readSecret: async () => {
      if (!hasSecret) throw new Error('the smtp secret is missing');
      return 'secret';
    },
    create: async () => {
      created++;
      return { ...EMAIL, send: async () => ({ outcome: 'sent' }) };
    },
  });
  const send = () => channel.send(messageOf([notificationOf('x')]), { push: [] });
  expect(await send()).toEqual({ outcome: 'unavailable', reason: 'the smtp secret is missing' });
  hasSecret = true;
  expect(await Promise.all([send(), send()])).toEqual([{ outcome: 'sent' }, { outcome: 'sent' }]);
  expect(await send()).toEqual({ outcome: 'sent' });
  expect(created).toBe(1);
});

/** Creates a channel that refuses every message, and gives the secret that it uses as the reason. */
function channelWith(readSecret: () => Promise<string>) {
  let time = 1_000_000;
  const created: string[] = [];
  const onError = vi.fn();
  const channel = lazyChannel({
    ...EMAIL,
    ...{ readSecret, onError, now: () => time },
    create: async (value) => {
      if (value === 'invalid') throw new Error('the secret is invalid');
      created.push(value);
      return { ...EMAIL, send: async () => ({ outcome: 'refused', reason: value }) };
    },
  });
  return {
    ...{ created, onError },
    passAMinute: () => void (time += 60_000),
    secretUsed: async () => {
      const result = await channel.send(messageOf([notificationOf('x')]), { push: [] });
      return 'reason' in result && result.reason;
    },
  };
}

it('should use a changed secret after a minute, and keep the last valid one', async () => {
  let secret = 'first';
  const { created, passAMinute, secretUsed } = channelWith(async () => secret);
  expect(await secretUsed()).toBe('first');
  secret = 'second';
  expect(await secretUsed()).toBe('first');
  passAMinute();
  expect([await secretUsed(), await secretUsed()]).toEqual(['second', 'second']);
  for (const value of ['invalid', 'second']) {
    secret = value;
    passAMinute();
    expect(await secretUsed()).toBe('second');
  }
  expect(created).toEqual(['first', 'second']);
});

it('should report a changed secret that is invalid or unreadable, once for each reason', async () => {
  let read = async () => 'first';
  const { onError, passAMinute, secretUsed } = channelWith(() => read());
  await secretUsed();
  const invalid = async () => 'invalid';
  const unreadable = () => Promise.reject(new Error('the store is down'));
  for (read of [invalid, invalid, unreadable, invalid, async () => 'first', invalid]) {
    passAMinute();
    expect(await secretUsed()).toBe('first');
  }
  expect(onError.mock.calls.map(([error]: unknown[]) => String(error))).toEqual([
    'Error: the secret is invalid',
    'Error: the store is down',
    'Error: the secret is invalid',
    'Error: the secret is invalid',
  ]);
});

it('should wait for a slow secret store for at most 2 s if there is a valid secret', async () => {
  vi.useFakeTimers();
  let resolveRead: (secret: string) => void = () => undefined;
  let read = async () => 'first';
  const { passAMinute, secretUsed } = channelWith(() => read());
  await secretUsed();
  read = () => new Promise((resolve) => (resolveRead = resolve));
  passAMinute();
  const used = secretUsed();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await used).toBe('first');
  resolveRead('second');
  await vi.advanceTimersByTimeAsync(0);
  expect(await secretUsed()).toBe('second');
});
