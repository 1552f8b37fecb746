import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readVapid } from '@tocsin/bff/away/vapid';
import { readAuthConfig } from '../config.ts';
import { secretEnvironment } from './secret-environment.ts';
import { vapid } from './vapid.ts';

let dir: string;
let printed: string;
let errorOutput: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-vapid-'));
  [printed, errorOutput] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((printed += String(text))));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((errorOutput += String(text))));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});
const NEW = ['--subject', 'mailto:ops@shop.example'];
const file = () => join(dir, 'vapid.json');

it('should store new keys so that only this user can read them, and print only the public key', async () => {
  await vapid(['--data', dir, ...NEW]);
  const { publicKey, privateKey } = readVapid(readFileSync(file(), 'utf8'));
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(errorOutput).toContain(publicKey);
  expect(errorOutput + printed).not.toContain(privateKey);
});

it('should keep existing keys unless --replace is given, and print them with --print', async () => {
  await vapid(['--data', dir, ...NEW]);
  const before = readFileSync(file(), 'utf8');
  await vapid(['--data', dir, '--print']);
  expect(printed).toBe(before);
  expect(readFileSync(file(), 'utf8')).toBe(before);
  await vapid(['--data', dir, '--replace', ...NEW]);
  expect(readFileSync(file(), 'utf8')).not.toBe(before);
});

it('should reject an invalid file, and invalid options', () => {
  writeFileSync(file(), '{}');
  expect(() => vapid(['--data', dir])).toThrow(/vapid\.json can't be used[^]*publicKey: /);
  rmSync(file());
  const expectCall = (...args: string[]) => expect(() => vapid(['--data', dir, ...args]));
  expectCall().toThrow('--subject is missing');
  expectCall('--print').toThrow('There are no keys yet');
  expectCall('--subject', 'ops').toThrow('must be a mailto: or https: address');
  expectCall('--print', '--replace').toThrow('Usage: ');
  expect(existsSync(file())).toBe(false);
});

it('should pass the keys to the sidecars of `npm start`, unless overridden by the environment', async () => {
  await vapid(['--data', dir, ...NEW]);
  const secrets = (env: Record<string, string>) => secretEnvironment(readAuthConfig(env), dir);
  expect(secrets({})['NOTIFICATION_SECRETS_vapid']).toBe(readFileSync(file(), 'utf8').trim());
  const overrides = { NOTIFICATION_SECRETS_vapid: '{}', NOTIFICATION_SECRETS_smtp: 'smtp://mail.example:25' };
  expect(secrets(overrides)).toMatchObject(overrides);
});
