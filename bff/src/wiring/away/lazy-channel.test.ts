import { expect, it } from 'vitest';
import { messageOf, notificationOf } from '../../../testing/away/messages.ts';
import { EMAIL } from '../../away/channels/traits.ts';
import { lazyChannel } from './lazy-channel.ts';

it('should report a channel as unavailable until the secret can be read, and then create it only once', async () => {
  let hasSecret = false;
  let created = 0;
  const channel = lazyChannel({
    ...EMAIL,
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

it('should use a changed secret after a minute, and keep the last valid one', async () => {
  let now = 1_000_000;
  let secret = 'first';
  const created: string[] = [];
  const channel = lazyChannel({
    ...EMAIL,
    now: () => now,
    readSecret: async () => secret,
    create: async (value) => {
      if (value === 'invalid') throw new Error('the secret is invalid');
      created.push(value);
      return { ...EMAIL, send: async () => ({ outcome: 'refused', reason: value }) };
    },
  });
  const secretUsed = async () => {
    const result = await channel.send(messageOf([notificationOf('x')]), { push: [] });
    return 'reason' in result && result.reason;
  };
  expect(await secretUsed()).toBe('first');
  secret = 'second';
  expect(await secretUsed()).toBe('first');
  now += 60_000;
  expect([await secretUsed(), await secretUsed()]).toEqual(['second', 'second']);
  for (const value of ['invalid', 'second']) {
    secret = value;
    now += 60_000;
    expect(await secretUsed()).toBe('second');
  }
  expect(created).toEqual(['first', 'second']);
});
