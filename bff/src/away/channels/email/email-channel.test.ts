import { createVerify, createHash, generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../../testing/free-port.ts';
import { messageOf, notificationOf } from '../../../../testing/away/messages.ts';
import { startScriptedSmtp, startSmtpServer, type TestSmtpServer } from '../../../../testing/away/smtp.ts';
import { loadTemplates } from '../../templates/templates.ts';
import { createEmailChannel } from './email-channel.ts';
import type { EmailOptions } from './options.ts';
import { sendOverSmtp } from './smtp-send.ts';
import { serverOf } from './smtp-url.ts';

const templates = loadTemplates();
const contacts = { email: { address: 'ada@example.org' }, push: [] };
const message = messageOf([notificationOf('Order 7 shipped', { body: 'On its way.' })]);

let server: TestSmtpServer;
afterEach(async () => server?.close());

const channelTo = (url: string, options: Partial<EmailOptions> = {}) =>
  createEmailChannel({ url, from: 'Shop <no-reply@shop.example>', templates, ...options });

describe('an e-mail', () => {
  it('should have text and HTML, and headers for one-click unsubscribe', async () => {
    server = await startSmtpServer();
    const result = await channelTo(server.url).send(
      messageOf(message.notifications, { key: 'd-8_x' }),
      contacts,
    );
    expect(result).toEqual({ outcome: 'sent' });
    const [received] = server.received;
    expect(received).toMatchObject({ from: 'no-reply@shop.example', to: ['ada@example.org'] });
    const { mail } = received!;
    expect(mail).toMatchObject({
      subject: 'Order 7 shipped',
      messageId: '<d-8_x@shop.example>',
      from: { name: 'Shop', address: 'no-reply@shop.example' },
      to: [{ address: 'ada@example.org' }],
    });
    expect(mail.text).toContain('On its way.');
    expect(mail.html).toContain('<!doctype html>');
    const header = (key: string) => mail.headers.find((found) => found.key === key)?.value;
    expect(header('list-unsubscribe')).toBe('<https://inbox.example/app/unsubscribe?token=a&b=c>');
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(header('auto-submitted')).toBe('auto-generated');
    expect(header('content-type')).toContain('multipart/alternative');
    expect(received!.raw).not.toMatch(/[^\r]\n/);
  });

  it('should have the same Message-ID for all attempts', async () => {
    server = await startSmtpServer();
    const channel = channelTo(server.url);
    await channel.send(message, contacts);
    await channel.send(message, contacts);
    const [first, second] = server.received.map(({ mail }) => mail.messageId);
    expect(second).toBe(first);
    expect(channel.repeatable).toBe(false);
  });

  it('should not let content add a header or a recipient', async () => {
    server = await startSmtpServer();
    const hostile = 'Hi\r\nBcc: eve@example.org\r\n\r\nbody\u2028x';
    const hostileMessage = messageOf([notificationOf('x', { title: hostile, body: '.\r\nRSET\r\n.\r\n' })], {
      links: { ...message.links, unsubscribe: 'https://a.example/>\r\nBcc: <eve@example.org' },
    });
    await channelTo(server.url).send(hostileMessage, contacts);
    const [received] = server.received;
    expect(received?.to).toEqual(['ada@example.org']);
    expect(received?.mail.headers.map(({ key }) => key)).not.toContain('bcc');
    expect(received?.mail.subject).toMatch(/^Hi Bcc: eve@example\.org body x$/);
    expect(received?.mail.text).toContain('RSET');
    expect(server.received).toHaveLength(1);
  });

  it.each([
    'a@b.example, eve@example.org',
    'a@b.example\r\nRCPT TO:<eve@example.org>',
    'Ada <a@b.example>',
    '',
    'ada',
  ])('should not be sent to the invalid address %j', async (address) => {
    server = await startSmtpServer();
    const result = await channelTo(server.url).send(message, { email: { address }, push: [] });
    expect(result.outcome).toBe('refused');
    expect(server.received).toEqual([]);
  });

  it('should have a signature that covers the unsubscribe headers', async () => {
    server = await startSmtpServer();
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const dkim = { domain: 'shop.example', selector: 's1', privateKey: pem };
    await channelTo(server.url, { dkim }).send(message, contacts);
    const [headers = '', ...body] = (server.received[0]?.raw ?? '').split('\r\n\r\n');
    const fields = headers.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
    const relaxed = (field: string) => {
      const [, name = '', value = ''] = /^([^:]+):(.*)$/.exec(field) ?? [];
      return `${name.toLowerCase().trim()}:${value.replace(/\s+/g, ' ').trim()}`;
    };
    const signature = relaxed(fields.find((field) => /^dkim-signature:/i.test(field)) ?? '');
    const tag = (name: string) =>
      (new RegExp(`[;:] ?${name}=([^;]*)`).exec(signature)?.[1] ?? '').replace(/\s/g, '');
    expect(tag('d')).toBe('shop.example');
    const signed = tag('h').toLowerCase().split(':');
    expect(signed).toEqual(
      expect.arrayContaining(['from', 'subject', 'list-unsubscribe', 'list-unsubscribe-post']),
    );
    const bodyText = `${body
      .join('\r\n\r\n')
      .replace(/[ \t]+/g, ' ')
      .replace(/ \r\n/g, '\r\n')
      .trimEnd()}\r\n`;
    expect(tag('bh')).toBe(createHash('sha256').update(bodyText, 'latin1').digest('base64'));
    const lines = signed.flatMap((name) => {
      const field = fields.find((each) => each.toLowerCase().startsWith(`${name}:`));
      return field ? [relaxed(field)] : [];
    });
    const verify = createVerify('RSA-SHA256');
    verify.update([...lines, signature.replace(/ ?b=[^;]*$/, ' b=')].join('\r\n'), 'latin1');
    expect(verify.verify(publicKey, tag('b'), 'base64')).toBe(true);
  });
});

it('should not send an e-mail after the time limit', async () => {
  server = await startSmtpServer();
  const faults: string[] = [];
  const smtp = serverOf({ url: server.url }, faults);
  const mail = {
    from: 'shop@shop.example',
    to: 'ada@example.org',
    raw: Buffer.from('Subject: late\r\n\r\n'),
  };
  const result = await sendOverSmtp(smtp!, mail, { handedOver: false }, AbortSignal.abort());
  expect([faults, result.outcome, server.received.length]).toEqual([[], 'unavailable', 0]);
});

describe('an SMTP server', () => {
  it('should receive the user and password from the URL', async () => {
    server = await startSmtpServer({
      allowInsecureAuth: true,
      hideSTARTTLS: true,
      onAuth: ({ username, password }, _session, done) =>
        password === 'p@ss:/%' ? done(null, { user: username }) : done(new Error('Wrong password')),
    });
    const url = (password: string) => server.url.replace('//', `//a%20b:${encodeURIComponent(password)}@`);
    expect(await channelTo(url('wrong')).send(message, contacts)).toMatchObject({
      outcome: 'unavailable',
      reason: expect.stringContaining('Wrong password') as string,
    });
    expect(await channelTo(url('p@ss:/%')).send(message, contacts)).toEqual({ outcome: 'sent' });
    expect(server.received).toMatchObject([{ user: 'a b' }]);
  });

  it('should not receive the password if the certificate is untrusted', async () => {
    const users: (string | undefined)[] = [];
    server = await startSmtpServer({
      onAuth: ({ username }, _session, done) => {
        users.push(username);
        done(null, { user: username });
      },
    });
    const url = server.url.replace('//', '//user:secret@');
    expect(await channelTo(url).send(message, contacts)).toMatchObject({
      outcome: 'unavailable',
      reason: expect.stringContaining('certificate') as string,
    });
    expect(users).toEqual([]);
  });

  it('should not receive a password without TLS, unless it is on this machine', async () => {
    const script = ['220 hi', '250-hi\r\n250 AUTH PLAIN', '500 no', '500 no', '500 no'];
    server = await startScriptedSmtp(script);
    const url = server.url.replace('//', '//user:secret@');
    const result = await channelTo(url, { requireTls: true }).send(message, contacts);
    expect(result.outcome).toBe('unavailable');
    expect(server.lines).toContain('STARTTLS');
    expect(server.lines.join()).not.toContain('AUTH');
    const requiresTls = (host: string) => serverOf({ url: `smtp://u:p@${host}` }, [])?.requireTls;
    expect(['mail.example', '10.0.0.1', '[::2]'].map(requiresTls)).toEqual([true, true, true]);
    expect(['localhost', '127.0.0.1', '[::1]'].map(requiresTls)).toEqual([false, false, false]);
  });

  it('should count as unavailable if it refuses the connection', async () => {
    expect(await channelTo(`smtp://127.0.0.1:${await freePort()}`).send(message, contacts)).toMatchObject({
      outcome: 'unavailable',
      reason: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  const HELLO = ['220 hi', '250 hi'];
  it.each<[string, string, (string | undefined)[]]>([
    ['greets with 421', 'unavailable', ['421 busy']],
    ['greets with 554', 'unavailable', ['554 your address is blocked']],
    ['closes before the greeting', 'unavailable', [undefined]],
    ['temporarily rejects the sender', 'unavailable', [...HELLO, '451 later']],
    ['rejects the sender', 'refused', [...HELLO, '550 not you']],
    ['defers the recipient (greylisting)', 'unavailable', [...HELLO, '250 ok', '450 try later']],
    ['rejects the recipient', 'refused', [...HELLO, '250 ok', '550 no such user']],
    ['closes before the message', 'unavailable', [...HELLO, '250 ok', '250 ok', undefined]],
    [
      'has a full disk after the message',
      'unavailable',
      [...HELLO, '250 ok', '250 ok', '354 go', '452 disk full'],
    ],
    ['rejects the message', 'refused', [...HELLO, '250 ok', '250 ok', '354 go', '554 spam']],
    ['closes after the message', 'unknown', [...HELLO, '250 ok', '250 ok', '354 go', undefined]],
    ['sends half a reply after the message', 'unknown', [...HELLO, '250 ok', '250 ok', '354 go', '25…']],
    ['sends nonsense after the message', 'unknown', [...HELLO, '250 ok', '250 ok', '354 go', 'wat']],
    ['is silent after the message', 'unknown', [...HELLO, '250 ok', '250 ok', '354 go', '']],
    ['is silent before the message', 'unavailable', [...HELLO, '250 ok', '']],
    ['is silent from the start', 'unavailable', ['']],
    ['accepts the message', 'sent', [...HELLO, '250 ok', '250 ok', '354 go', '250 queued']],
  ])('that %s should lead to the outcome "%s"', async (_, outcome, replies) => {
    server = await startScriptedSmtp(replies);
    // The tests with a silent server wait for the timeout.
    const timeoutMs = replies.includes('') ? 1_000 : 2_500;
    const result = await channelTo(server.url, { timeoutMs }).send(message, contacts);
    expect(result.outcome, JSON.stringify(result)).toBe(outcome);
  });
});

describe("the e-mail channel's settings", () => {
  it('should be rejected with an error that lists all problems but not the password', () => {
    const make = () =>
      channelTo('smtp://user@host:25/secret', {
        from: 'a@b.example, c@d.example',
        dkim: { domain: 'x', selector: 'a b', privateKey: 'secret' },
      });
    expect(make).toThrow(/url: [^]*from: [^]*dkim\.domain: [^]*dkim\.selector: [^]*dkim\.privateKey: /);
    expect(make).not.toThrow(/secret/);
    expect(() => channelTo('https://host')).toThrow(/smtps:\/\//);
  });
});
