import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMAIL_KINDS, LANGUAGES, emailPreviewSchema, problemSchema } from '@tocsin/contracts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';

let folder: string;
let bff: ServedBff;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tocsin-preview-'))));
afterEach(async () => {
  await bff.stop();
  rmSync(folder, { recursive: true });
});

async function serve(settings: object | undefined): Promise<void> {
  const file = join(folder, 'away.json');
  if (settings) writeFileSync(file, JSON.stringify({ publicUrl: 'https://inbox.example', ...settings }));
  bff = await serveBff({ PUBLISHED_ON: 'loopback', ...(settings && { AWAY_FILE: file }) });
}
const requestPreview = (query: string) => fetch(`${bff.url}/app/ops/email-preview${query}`);
const previewOf = async (language: string, kind: string) => {
  const response = await requestPreview(`?language=${language}&kind=${kind}`);
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  return emailPreviewSchema.parse(await response.json());
};

it('should render every kind of e-mail in every language', async () => {
  await serve({ email: { from: 'a@example.com' } });
  const all = LANGUAGES.flatMap((language) => EMAIL_KINDS.map((kind) => previewOf(language, kind)));
  const previews = await Promise.all(all);
  expect(new Set(previews.map(({ html }) => html)).size).toBe(previews.length);
  expect(previews.map(({ subject }) => subject)).toEqual(
    [
      'Payment failed: Köhler & Søn <invoice 2041>',
      '5 unread notifications',
      'Your code: 04281937',
      'Payment failed: Köhler & Søn <invoice 2041>',
      '5 ungelesene Benachrichtigungen',
      'Ihr Code: 04281937',
    ].map((subject) => expect.stringContaining(subject) as string),
  );
  expect(previews[5]?.text).toContain('Bestätigen Sie Ihre Adresse');
  expect(previews[0]?.overridden).toEqual([]);
});

it("should use the deployment's templates and time zone", async () => {
  const templates = join(folder, 'templates');
  mkdirSync(templates);
  writeFileSync(join(templates, 'subject.liquid'), 'Acme: {{ subject }}');
  await serve({ email: { from: 'a@example.com' }, templates, timeZone: 'Europe/Berlin' });
  const { subject, text, overridden } = await previewOf('de', 'digest');
  expect(subject).toBe('Acme: 5 ungelesene Benachrichtigungen');
  expect(text).toContain('11:41 MESZ');
  expect(overridden).toEqual(['subject.liquid']);
});

it('should refuse unknown kinds and languages, and explain if there are no channels', async () => {
  await serve(undefined);
  for (const query of [
    '',
    '?language=en&kind=all',
    '?language=fr&kind=single',
    '?language=en&kind=code&reader=user:ada',
  ])
    expect((await requestPreview(query)).status).toBe(400);
  const response = await requestPreview('?language=en&kind=code');
  expect(response.status).toBe(404);
  expect(problemSchema.parse(await response.json()).detail).toContain('AWAY_FILE');
});
