import { expect, it } from 'vitest';
import { messageOf, notificationOf } from '../../../testing/away/messages.ts';
import { EMAIL } from '../../away/channels/traits.ts';
import { lazyChannel } from './lazy-channel.ts';

it('should report a channel as unavailable until the secret can be read, and then create it only once', async () => {
  let hasSecret = false;
  let created = 0;
  const channel = lazyChannel({
    ...EMAIL,
    create: async () => {
      if (!hasSecret) throw new Error('the smtp secret is missing');
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
