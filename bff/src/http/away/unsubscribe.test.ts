import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContactBook } from '../../away/contacts/contacts.ts';
import { contactsKey } from '../../away/contacts/document.ts';
import { CODE_LINK, linksFor } from '../../away/links.ts';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';

const READER = 'user:ada';
const ADDRESS = 'ada@example.org';

let folder: string;
let bff: ServedBff;
let contacts: ContactBook;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-unsubscribe-'));
  const file = join(folder, 'away.json');
  writeFileSync(
    file,
    JSON.stringify({ publicUrl: 'https://x.example', email: { from: 'a@x.example' }, webhook: {} }),
  );
  bff = await serveBff({ AUTH_MODE: 'jwt', AWAY_FILE: file }, { jwt: 'x'.repeat(64) });
  contacts = new ContactBook(bff.backend.readers, Date.now);
  await contacts.setEmail(READER, ADDRESS);
});
afterEach(async () => {
  await bff.stop();
  rmSync(folder, { recursive: true });
});

const linkTo = (via: string, reader = READER) =>
  linksFor(bff.url, bff.backend.linkProofs)(reader, via).unsubscribe;
/** Sends a request as a mailbox provider does: without cookies or a token, and from an origin that isn't ours. */
const oneClick = (link: string) =>
  fetch(link, {
    method: 'POST',
    headers: { origin: 'https://mail.example' },
    body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
    redirect: 'error',
  });
const address = async () => (await contacts.find(READER)).email?.address;

describe('the unsubscribe link', () => {
  it('should be under /app, which every proxy forwards to a bff', () => {
    expect(new URL(linkTo('email')).pathname).toBe('/app/unsubscribe');
  });

  it('should stop e-mails after a POST from a mailbox provider, and accept repeated POSTs', async () => {
    expect((await oneClick(linkTo('email'))).status).toBe(200);
    expect(await address()).toBeUndefined();
    expect((await oneClick(linkTo('email'))).status).toBe(200);
  });

  it('should also work with the path from earlier versions', async () => {
    expect((await oneClick(linkTo('email').replace('/app/', '/'))).status).toBe(200);
    expect(await address()).toBeUndefined();
  });

  it('should not change anything when a mail scanner opens it', async () => {
    for (const method of ['GET', 'HEAD'])
      expect((await fetch(linkTo('email'), { method })).status, method).toBe(200);
    expect(await address()).toBe(ADDRESS);
  });

  it('should only work for the right reader and channel', async () => {
    const link = linkTo('email', 'user:ben');
    for (const forged of [
      link.replace('ben', 'ada'),
      link.replace('via=email', `via=${CODE_LINK}`),
      link.replace(/proof=./, 'proof='),
      link.replace(/&proof=.*/, ''),
    ])
      expect((await oneClick(forged)).status, forged).toBe(403);
    expect(await address()).toBe(ADDRESS);
  });

  it('should invalidate the code but keep the address if the link came in an e-mail with a code', async () => {
    const { code } = await contacts.createCode(READER, 'second@example.org');
    expect((await oneClick(linkTo(CODE_LINK))).status).toBe(200);
    expect(await contacts.redeemCode(READER, code)).toBeUndefined();
    expect(await address()).toBe(ADDRESS);
  });

  it('should stop and resume a webhook without affecting the e-mail address', async () => {
    const link = linkTo('webhook');
    expect(await (await fetch(link)).text()).toContain('Stop these messages?');
    expect((await oneClick(link)).status).toBe(200);
    expect((await oneClick(link)).status).toBe(200);
    expect(await contacts.find(READER)).toMatchObject({ email: { address: ADDRESS }, stopped: ['webhook'] });
    const page = await (await fetch(link)).text();
    const [, action = ''] = /action="([^"]+)"/.exec(page) ?? [];
    const resumed = await fetch(new URL(action.replaceAll('&amp;', '&'), link), { method: 'POST' });
    expect(await resumed.text()).toContain('You will receive these messages again.');
    expect(await contacts.find(READER)).not.toHaveProperty('stopped');
  });

  it.each([
    ['push', ADDRESS],
    ['sendgrid', undefined],
  ])(
    'should stop e-mail only if the removed channel in the link could have sent e-mail: %s',
    async (via, left) => {
      expect((await oneClick(linkTo(via))).status).toBe(200);
      expect(await address()).toBe(left);
    },
  );

  it('should not store anything about an erased reader', async () => {
    await contacts.erase(READER);
    for (const via of ['email', CODE_LINK]) expect((await oneClick(linkTo(via))).status).toBe(200);
    expect(await bff.backend.readers.read(contactsKey(READER))).toBeUndefined();
  });
});
