import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { messageOf, notificationOf } from '../../../../testing/away/messages.ts';
import { loadTemplates } from '../../templates/templates.ts';
import { bindingChannelSchema, createBindingChannel } from './binding-channel.ts';
import type { Invoke } from './invoke.ts';
import { createWebhookChannel } from './webhook-channel.ts';
import { wireJson } from './wire-json.ts';

const templates = loadTemplates();
const message = messageOf([notificationOf('Order 7', { body: 'On\nits way', severity: 'warning' })], {
  more: 1,
});
const ada = { email: { address: 'ada@example.org' }, push: [] };
const noContacts = { push: [] };

type Call = Parameters<Invoke>;
const recorder = () => {
  const calls: Call[] = [];
  const invoke: Invoke = (...call) => Promise.resolve(calls.push(call));
  return { calls, invoke };
};

describe('a channel over a binding', () => {
  it('should replace each $field in the mapping', async () => {
    const { calls, invoke } = recorder();
    const channel = createBindingChannel({
      ...{ invoke, templates, name: 'crm', operation: 'exec' },
      metadata: { sql: 'insert', params: '$body', n: '$count' },
      data: { list: ['$sub', '$severity', '$open', 1, true, null], note: '$$x' },
    });
    expect(await channel.send(message, noContacts)).toEqual({ outcome: 'sent' });
    expect(calls).toEqual([
      [
        'crm',
        'exec',
        { list: ['7', 'warning', 'https://inbox.example/#/order-7', 1, true, null], note: '$x' },
        { sql: 'insert', params: 'On its way', n: '2' },
      ],
    ]);
  });

  it('should skip readers without an e-mail address if the mapping uses the address', async () => {
    const { calls, invoke } = recorder();
    const mail = createBindingChannel({ invoke, templates, name: 'mail', metadata: { emailTo: '$email' } });
    expect([mail.reaches(ada), mail.reaches(noContacts)]).toEqual([true, false]);
    expect(await mail.send(message, noContacts)).toMatchObject({ outcome: 'refused' });
    expect(calls).toEqual([]);
    const nested = createBindingChannel({ invoke, templates, name: 'mail', data: { to: ['$email'] } });
    expect(nested.reaches(noContacts)).toBe(false);
    expect(createBindingChannel({ invoke, templates, name: 'log' }).reaches(noContacts)).toBe(true);
  });

  it('should list all errors in the settings', () => {
    const faults = bindingChannelSchema.safeParse({
      ...{ name: 'A b', operation: 'x y', extra: 1 },
      metadata: { to: '$phone', all: '$event' },
    });
    const paths = faults.error?.issues
      .map(({ path, message: text }) => `${path.join('.')} ${text}`)
      .join('\n');
    for (const part of [
      'name must',
      'operation must',
      'metadata.to is $phone',
      'metadata.all must not',
      'extra',
    ]) {
      expect(paths).toContain(part);
    }
    const invoke = recorder().invoke;
    expect(() => createBindingChannel({ invoke, templates, name: 'x', data: { to: '$phone' } })).toThrow(
      /The x channel can't be used:/,
    );
  });

  it.each([
    ['error invoking output binding x: dial tcp 10.0.0.1:25: connect: connection refused', 'unavailable'],
    ['error invoking output binding x: received status code 404', 'refused'],
    ['error invoking output binding x: received status code 429', 'unavailable'],
    ['error invoking output binding x: received status code 500', 'unknown'],
    ['error invoking output binding x: timeout', 'unknown'],
    ['The sidecar did not respond to POST /v1.0/bindings/x: no response within 25000 ms', 'unknown'],
  ])('should derive the outcome from the error "%s"', async (text, outcome) => {
    const invoke = () => Promise.reject(new Error(text));
    const result = await createBindingChannel({ invoke, templates, name: 'x' }).send(message, ada);
    expect(result).toEqual({ outcome, reason: text });
  });

  it("should refuse a message that can't be encoded", async () => {
    const { calls, invoke } = recorder();
    const broken = messageOf([notificationOf('A', { createdAt: 'never' })]);
    expect(await createBindingChannel({ invoke, templates, name: 'x' }).send(broken, ada)).toMatchObject({
      outcome: 'refused',
    });
    expect(calls).toEqual([]);
  });
});

describe('a webhook', () => {
  const secretOf = (bytes: number) => `whsec_${randomBytes(bytes).toString('base64')}`;

  it('should have a signature for each secret during a rotation', async () => {
    const { calls, invoke } = recorder();
    const [old, next] = [secretOf(32), secretOf(24)];
    await createWebhookChannel({ invoke, secret: `${next}\n${old}\n` }).send(message, noContacts);
    const [[, operation, data, headers] = []] = calls;
    expect(operation).toBe('post');
    for (const secret of [old, next]) {
      expect(new Webhook(secret).verify(wireJson(data as never), { ...headers })).toMatchObject({
        type: 'notification.unread',
      });
    }
    expect(() => new Webhook(secretOf(32)).verify(wireJson(data as never), { ...headers })).toThrow();
  });

  it.each(['', 'hunter22', secretOf(23), secretOf(65), `${secretOf(32)}\nx`])(
    'should refuse invalid secret %# without quoting it',
    (secret) => {
      const make = () => createWebhookChannel({ invoke: recorder().invoke, secret });
      expect(make).toThrow('openssl rand -base64 32');
      if (secret !== '') expect(make).not.toThrow(secret);
    },
  );
});
