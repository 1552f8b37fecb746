import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { channelsSchema, problemSchema } from '@tocsin/contracts';
import { SignJWT, type JWTPayload } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';
import { ContactBook } from '../../away/contacts/contacts.ts';
import { newVapid } from '../../away/channels/push/vapid.ts';

const SECRET = 'x'.repeat(64);
/** A binding that sends e-mail, such as `bindings.twilio.sendgrid`. */
const SENDGRID = { sendgrid: { metadata: { emailTo: '$email' }, data: '$text' } };

let folder: string;
let bff: ServedBff;
/** The arguments of each call to a binding: name, data and metadata. */
let invocations: unknown[][];
/** If set, every call to a binding fails with this error. */
let bindingError: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-channels-'));
  invocations = [];
  bindingError = undefined;
});
afterEach(async () => {
  await bff.stop();
  rmSync(folder, { recursive: true });
});

async function serve(settings: object): Promise<void> {
  const file = join(folder, 'away.json');
  writeFileSync(file, JSON.stringify({ publicUrl: 'https://x.example', ...settings }));
  const vapid = JSON.stringify(newVapid('mailto:ops@x.example'));
  bff = await serveBff(
    { AUTH_MODE: 'jwt', AWAY_FILE: file },
    { jwt: SECRET, vapid },
    {
      invokeBinding: async (name, _operation, data, metadata) => {
        invocations.push([name, data, metadata]);
        if (bindingError !== undefined) throw new Error(bindingError);
      },
    },
  );
}
async function call(method: string, path: string, body?: object, claims: JWTPayload = {}): Promise<Response> {
  const token = await new SignJWT({ sub: 'ada', email: 'ada@example.org', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('tocsin')
    .setAudience('tocsin')
    .setExpirationTime('1h')
    .sign(Buffer.from(SECRET));
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return fetch(`${bff.url}/app/channels${path}`, {
    ...{ method, headers },
    ...(body && { body: JSON.stringify(body) }),
  });
}
const channels = async () => channelsSchema.parse(await (await call('GET', '')).json());
const consentToEmail = async (claims?: JWTPayload) =>
  (await call('PUT', '/email', { consent: true }, claims)).status;

describe('consent to e-mail', () => {
  it('should require a verified address in the token', async () => {
    await serve({ email: { from: 'a@x.example' } });
    expect(await consentToEmail({ email: undefined })).toBe(409);
    for (const email_verified of [false, 'false', 'no', 0])
      expect(await consentToEmail({ email_verified })).toBe(409);
    expect(await consentToEmail({ email: 'a@x.example, b@x.example' })).toBe(409);
    expect((await call('PUT', '/email', { consent: true, address: 'b@x.example' })).status).toBe(400);
    expect((await channels()).email.address).toBeNull();
    expect(await consentToEmail()).toBe(204);
    expect((await channels()).email.address).toBe('ada@example.org');
  });

  it('should be possible if only a binding sends e-mail', async () => {
    await serve({ bindings: SENDGRID });
    expect(await channels()).toMatchObject({
      channels: [{ name: 'sendgrid', reaches: false }],
      email: { used: true },
    });
    expect(await consentToEmail()).toBe(204);
    expect((await channels()).channels).toEqual([{ name: 'sendgrid', reaches: true }]);
  });

  it('should be possible for a second address using a code sent by a binding', async () => {
    await serve({ bindings: SENDGRID });
    expect((await call('POST', '/email/code', { address: 'second@example.org' })).status).toBe(204);
    expect(invocations).toMatchObject([['sendgrid', expect.anything(), { emailTo: 'second@example.org' }]]);
    const [code = ''] = /\d{8}/.exec(String(invocations[0]?.[1])) ?? [];
    expect((await call('PUT', '/email', { consent: true, code })).status).toBe(204);
    expect((await channels()).email.address).toBe('second@example.org');
  });

  it('should count a code that the channel refused toward the daily limit, but not a code that was never sent', async () => {
    await serve({ bindings: SENDGRID });
    const requestCode = () => call('POST', '/email/code', { address: 'second@example.org' });
    bindingError = 'connection refused';
    for (let i = 0; i < 6; i++) expect((await requestCode()).status).toBe(503);
    bindingError = 'received status code 400';
    for (let i = 0; i < 5; i++) expect((await requestCode()).status).toBe(503);
    const limited = await requestCode();
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(23 * 60 * 60);
  });

  it('should be refused if no channel sends e-mail', async () => {
    await serve({ bindings: { files: { metadata: { fileName: '$key' } } } });
    expect(await consentToEmail()).toBe(404);
    expect((await call('POST', '/email/code', { address: 'second@example.org' })).status).toBe(404);
    expect(await channels()).toMatchObject({
      channels: [{ name: 'files', reaches: true }],
      email: { used: false },
    });
  });
});

it("should show that a channel doesn't reach a reader who unsubscribed", async () => {
  await serve({ webhook: {} });
  expect((await channels()).channels).toEqual([{ name: 'webhook', reaches: true }]);
  await new ContactBook(bff.backend.readers, Date.now).stop('user:ada', 'webhook');
  expect((await channels()).channels).toEqual([{ name: 'webhook', reaches: false }]);
});

describe('a push subscription', () => {
  const keys = { p256dh: `B${'A'.repeat(86)}`, auth: 'A'.repeat(22) };
  const put = (endpoint: string) => call('PUT', '/push', { subscription: { endpoint, keys } });

  it.each([
    'http://push.example/1',
    'https://push.example:8443/1',
    'https://169.254.169.254/latest',
    'https://[::1]/1',
    'https://user:password@push.example/1',
  ])("should be refused if the endpoint can't be a push service: %s", async (endpoint) => {
    await serve({ push: {} });
    const response = await put(endpoint);
    expect(response.status).toBe(400);
    expect(problemSchema.parse(await response.json()).errors).toMatchObject([
      { path: 'subscription.endpoint' },
    ]);
    expect((await channels()).push.endpoints).toEqual([]);
  });

  it('should be stored if the endpoint belongs to a push service', async () => {
    await serve({ push: {} });
    expect((await put('https://push.example/1')).status).toBe(204);
    expect((await channels()).push.endpoints).toEqual(['https://push.example/1']);
  });
});
