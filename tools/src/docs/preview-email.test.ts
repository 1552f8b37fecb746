import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { previewEmail } from './preview-email.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-preview-'));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

it('should write each sample as text and HTML', async () => {
  await previewEmail(['--out', dir]);
  const names = ['single', 'short', 'digest', 'long-digest', 'no-source', 'code'];
  const files = names.flatMap((name) => ['en', 'de'].flatMap((language) => [`${name}-${language}`]));
  expect(readdirSync(dir).sort()).toEqual(files.flatMap((file) => [`${file}.html`, `${file}.txt`]).sort());
  expect(readFileSync(join(dir, 'digest-de.txt'), 'utf8')).toContain('Subject: 5 ungelesene');
});

it('should copy our templates without overwriting a changed copy, and use the copy', async () => {
  const [templates, out] = [join(dir, 'templates'), join(dir, 'out')];
  await previewEmail(['--copy', templates]);
  writeFileSync(join(templates, 'subject.liquid'), 'Acme: {{ subject }}');
  await previewEmail(['--copy', templates]);
  await previewEmail(['--templates', templates, '--out', out]);
  expect(readFileSync(join(out, 'digest-en.txt'), 'utf8')).toContain('Subject: Acme: 5 unread');
  writeFileSync(join(templates, 'html.liquid'), '{{ nothing }}');
  expect(() => previewEmail(['--templates', templates, '--out', out])).toThrow(
    'html.liquid: undefined variable',
  );
  expect(() => previewEmail(['--templates', join(dir, 'no')])).toThrow('does not exist');
});
