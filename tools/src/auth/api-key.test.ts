import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiKeysSchema, type ApiKey } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { apiKey } from './api-key.ts';
import { keyTable } from './key-table.ts';

const NOW = '2026-01-01T00:00:00.000Z';
let dir: string;
let printed: string[];
beforeEach(() => {
  vi.useFakeTimers({ now: new Date(NOW), toFake: ['Date'] });
  dir = mkdtempSync(join(tmpdir(), 'tocsin-keys-'));
  printed = [];
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  rmSync(dir, { recursive: true });
});

const run = (...args: string[]) => apiKey([...args, '--data', dir]);
const file = () => join(dir, 'api-keys.json');
const storedKeys = (): ApiKey[] => apiKeysSchema.parse(JSON.parse(readFileSync(file(), 'utf8')));

describe('npm run api-key', () => {
  it('should create keys that can only publish, unless --scopes is given', async () => {
    await run('--name', 'shop', '--feeds', 'all,topic:orders*');
    const full = ['--scopes', 'publish,retract', '--source', 'payroll', '--expires', '90d'];
    await run('--name', 'payroll', '--feeds', 'user:*', '--per-second', '5', ...full);
    expect(storedKeys()).toMatchObject([
      { name: 'shop', feeds: ['all', 'topic:orders*'], perSecond: 50, scopes: ['publish'], createdAt: NOW },
      {
        ...{ name: 'payroll', feeds: ['user:*'], perSecond: 5, scopes: ['publish', 'retract'] },
        ...{ source: 'payroll', expiresAt: '2026-04-01T00:00:00.000Z' },
      },
    ]);
    expect(storedKeys()[0]).not.toHaveProperty('expiresAt');
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(), 'utf8')).not.toContain(printed[0]?.trim());
  });

  it.each([
    [['--feeds', 'all'], 'name:'],
    [['--name', 'shop', '--feeds', 'all', '--scopes', 'read'], 'scopes.0: must be one of publish, retract'],
    [['--name', 'shop', '--feeds', 'all', '--expires', 'soon'], 'Invalid --expires soon. Use'],
    [['--name', 'shop', '--feeds', 'all', '--expires', '2025-12-31'], 'is in the past'],
    [['--list', '--revoke', 'shop'], 'Use only one of: --list'],
    [['--revoke', 'shop'], 'There is no key named shop'],
    [['--colour', 'red'], 'Usage: npm run'],
  ])('should reject %j with a reason', async (args, reason) => {
    await expect(run(...args)).rejects.toThrow(reason);
  });

  it('should make no changes while another process is changing the keys', async () => {
    await run('--name', 'shop', '--feeds', 'all');
    const lock = `${file()}.lock`;
    writeFileSync(lock, '');
    await expect(run('--revoke', 'shop')).rejects.toThrow(`delete ${lock} first`);
    await expect(run('--name', 'other', '--feeds', 'all')).rejects.toThrow('Another process is changing');
    await run('--list');
    expect(storedKeys()).toHaveLength(1);
    expect(storedKeys()[0]?.revokedAt).toBeUndefined();
    rmSync(lock);
    await run('--revoke', 'shop');
    await expect(run('--revoke', 'shop')).rejects.toThrow('already revoked');
    expect(existsSync(lock)).toBe(false);
  });

  it('should reject a name that is already in use by any key, including revoked keys', async () => {
    await run('--name', 'shop', '--feeds', 'all');
    await run('--revoke', 'shop');
    await expect(run('--name', 'shop', '--feeds', 'all')).rejects.toThrow('name: is used by two keys');
  });

  it('should keep a revoked key’s record until the key is removed, and not revoke the key twice', async () => {
    await run('--name', 'shop', '--feeds', 'all');
    await run('--name', 'hr', '--feeds', 'user:*');
    await run('--revoke', 'shop');
    expect(storedKeys()).toMatchObject([{ name: 'shop', revokedAt: NOW }, { name: 'hr' }]);
    await expect(run('--revoke', 'shop')).rejects.toThrow(`was already revoked at ${NOW}`);
    await run('--remove', 'shop');
    expect(storedKeys().map(({ name }) => name)).toEqual(['hr']);
  });

  it('should list new keys and keys from 0.1.0, but not show full hashes', async () => {
    const old = { name: 'old', hash: 'a'.repeat(64), feeds: ['all'], perSecond: 1 };
    writeFileSync(file(), JSON.stringify([old]));
    await run('--name', 'shop', '--feeds', 'all', '--expires', '2026-02-01');
    printed.length = 0;
    await run('--list');
    expect(printed.join('')).toMatch(/^name .* last use .*hash\n/);
    expect(printed.join('')).toMatch(
      /\nold +valid +publish,retract,erase +all +1 +any +unknown +never +unknown +a{8}…\n/,
    );
    expect(printed.join('')).toMatch(/\nshop +valid +publish .* 2026-02-01T00:00:00.000Z +unknown/);
    expect(printed.join('')).not.toContain('a'.repeat(9));
  });

  it('should list expired and revoked keys, and when each key was last used', () => {
    const key = { hash: 'a'.repeat(64), feeds: ['all'], perSecond: 1 };
    const keys = [
      { ...key, name: 'cancelled', revokedAt: NOW },
      { ...key, name: 'outdated', hash: 'b'.repeat(64), expiresAt: NOW },
    ];
    const text = keyTable(keys, new Map([['b'.repeat(64), '2025-12-31T23:59:00.000Z']]), Date.now());
    expect(text).toMatch(/cancelled +revoked 2026-01-01T00:00:00.000Z .* never used/);
    expect(text).toMatch(/outdated +expired .* 2025-12-31T23:59:00.000Z/);
    expect(keyTable([], undefined, 0)).toBe('No API keys.');
  });
});
