import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeData } from './reset.ts';

const DATA = ['log', 'logs', 'names.db', 'names.db-wal', 'names.yaml', 'redis', 'scheduler', 'sidecar.json'];
const SECRETS = ['api-keys.json', 'internal-secret', 'jwt-secret', 'tls', 'vapid.json'];

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-reset-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function fill(names: readonly string[]): void {
  for (const name of names) {
    if (/[.-]/.test(name)) {
      writeFileSync(join(dir, name), '');
      continue;
    }
    mkdirSync(join(dir, name));
    writeFileSync(join(dir, name, 'file'), '');
  }
}

describe('npm run reset', () => {
  it('should remove the data and keep secrets and keys', () => {
    fill([...DATA, ...SECRETS]);
    expect(removeData(dir, false)).toBe(
      `Removed from ${dir}: ${DATA.join(', ')}.\nKept: ${SECRETS.join(', ')}. ` +
        '`npm run reset -- --all` removes everything.\n',
    );
    expect(readdirSync(dir).sort()).toEqual(SECRETS);
  });

  it('should remove everything with --all', () => {
    fill([...DATA, ...SECRETS]);
    expect(removeData(dir, true)).not.toContain('Kept');
    expect(existsSync(dir)).toBe(false);
  });

  it.each([true, false])('should be a no-op if there is no data (all: %s)', (all) => {
    rmSync(dir, { recursive: true });
    expect(removeData(dir, all)).toBe('Nothing to remove.\n');
  });
});
