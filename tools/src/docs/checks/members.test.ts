import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { notificationInputSchema, notificationSchema, SECRETS, SERVER_EVENT_NAMES } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { ROOT } from '../../paths.ts';

const section = (file: string, from: RegExp, to: RegExp): string => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const start = text.search(from);
  const rest = text.slice(start);
  return rest.slice(0, rest.slice(1).search(to) + 1);
};

it('should document every input member in the README', () => {
  const table = section('README.md', /^## Publish$/m, /^## /m);
  const listed = [...table.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual(Object.keys(notificationInputSchema.shape).sort());
});

it('should document every notification member in the protocol', () => {
  const row = section('docs/protocol.md', /^\| `notification`/m, /^\|/m);
  for (const name of Object.keys(notificationSchema.shape)) expect(row).toContain(`\`${name}\``);
});

it('should document every server event in the protocol', () => {
  const table = section('docs/protocol.md', /^### Events$/m, /^```/m);
  const listed = [...table.matchAll(/^\| `([a-z-]+)` /gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual([...SERVER_EVENT_NAMES].sort());
});

it.each(['notification-secrets', 'notification-keys'])('should document every secret in %s', (store) => {
  const row = section('docs/guides/secure-it.md', new RegExp(`^\\|[^|]*\\| \`${store}\``, 'm'), /$/m);
  const listed = Array.from(row.split('|')[3]?.matchAll(/`(\w+)`/g) ?? [], ([, name]) => name);
  const secrets = Object.values(SECRETS).filter((secret) => secret.store === store);
  expect(listed.sort()).toEqual(secrets.map(({ name }) => name).sort());
});
