import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AWAY_UNSENT_KEY, readKey } from '@tocsin/contracts';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arrival } from '../../testing/away/deployment.ts';
import { serveBff, type ServedBff } from '../../testing/served-bff.ts';
import { ContactBook } from '../away/contacts/contacts.ts';
import { contactsKey } from '../away/contacts/document.ts';
import { awayKey, hashOfReader, newAway, parseAway } from '../away/fallbacks/document.ts';

const READER = 'user:ada';
const SECRET = 'x'.repeat(64);
const OPS_TOKEN = 'o'.repeat(40);

let folder: string;
let bff: ServedBff;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tocsin-reader-'))));
afterEach(async () => {
  await bff.stop();
  rmSync(folder, { recursive: true });
});

async function serve(hasChannels: boolean): Promise<void> {
  const file = join(folder, 'away.json');
  writeFileSync(file, JSON.stringify({ publicUrl: 'https://x.example', email: { from: 'a@x.example' } }));
  const env = { AUTH_MODE: 'jwt', OPS_TOKEN, ...(hasChannels && { AWAY_FILE: file }) };
  bff = await serveBff(env, { jwt: SECRET });
  const { readers } = bff.backend;
  await new ContactBook(readers, Date.now).setEmail(READER, 'ada@example.org');
  const { id, createdAt, ...content } = arrival('pending');
  const step = { via: 'email', unless: 'read' as const, at: Date.now() + 3_600_000 };
  const waiting = [{ id, createdAt, notification: { id, createdAt, ...content }, steps: [step] }];
  await readers.write(AWAY_KEY, { ...newAway(READER), waiting }, undefined, 60);
  const indexed = [HASH, hashOfReader('user:ben')].map((hash) => [hash, Date.now()]);
  await readers.write(AWAY_UNSENT_KEY, { v: 1, readers: indexed }, undefined, 60);
}
const HASH = hashOfReader(READER);
const AWAY_KEY = awayKey(HASH);
const valueOf = async (key: string) => (await bff.backend.readers.read(key))?.value;
const exportData = async () => {
  const headers = { authorization: `Bearer ${OPS_TOKEN}` };
  const response = await fetch(`${bff.url}/app/ops/readers/ada/export`, { headers });
  return (await response.json()) as Record<string, unknown>;
};
async function markRead(feed: string, id: string): Promise<void> {
  await bff.publish(feed, id);
  const token = await new SignJWT({ sub: 'ada', feeds: ['orders'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('tocsin')
    .setAudience('tocsin')
    .setExpirationTime('1h')
    .sign(Buffer.from(SECRET));
  const response = await fetch(`${bff.url}/app/notifications/read`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ feed, ids: [id] }),
  });
  expect(response.status).toBe(204);
}

describe.each([
  { deployment: 'with channels', hasChannels: true },
  { deployment: 'with its channels turned off', hasChannels: false },
])('a deployment $deployment', ({ hasChannels }) => {
  beforeEach(() => serve(hasChannels));

  it("should export a reader's addresses, fallbacks and marks in each feed", async () => {
    await markRead(READER, 'personal');
    await markRead('topic:orders', 'order');
    expect(await exportData()).toMatchObject({
      reader: READER,
      notifications: [{ notification: { id: 'personal' } }],
      read: { offset: 1 },
      readElsewhere: [{ feed: 'topic:orders', offset: 1 }],
      contacts: { email: { address: 'ada@example.org' } },
      fallbacks: { waiting: [{ id: 'pending' }] },
    });
  });

  it("should erase a reader's addresses, fallbacks and marks in each feed", async () => {
    await markRead(READER, 'personal');
    await markRead('topic:orders', 'order');
    await bff.erase(READER);
    for (const key of [
      ...[AWAY_KEY, contactsKey(READER), `documents:${READER.replace(':', '~3A')}`],
      ...[READER, 'topic:orders'].map((feed) => readKey(READER, feed)),
    ])
      expect(await valueOf(key), key).toBeUndefined();
    expect(await valueOf(AWAY_UNSENT_KEY)).toMatchObject({
      readers: [[hashOfReader('user:ben'), expect.any(Number)]],
    });
    expect(await exportData()).toMatchObject({ notifications: [], readElsewhere: [] });
  });

  it("should remove a waiting notification's content when it is retracted", async () => {
    await bff.publish(READER, 'pending');
    await bff.retract(READER, 'pending');
    expect(parseAway(await valueOf(AWAY_KEY))).toMatchObject({
      waiting: [],
      receipts: [{ id: 'pending', outcome: 'suppressed', reason: 'retracted' }],
    });
  });
});
