import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readAudit } from './scan.ts';
import { findSecrets } from './secrets.ts';

describe('the search for secrets', () => {
  it('should find a planted secret and report where it is without showing it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-secrets-'));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const token = `ghp_${'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'.slice(0, 36)}`;
    try {
      writeFileSync(join(folder, 'clean.ts'), "export const password = process.env['PASSWORD'];\n");
      writeFileSync(join(folder, 'key.pem'), key);
      writeFileSync(join(folder, 'settings.env'), `# first\nTOKEN=${token}\n`);
      const found = await findSecrets(folder, ['clean.ts', 'key.pem', 'settings.env']);
      expect(found).toHaveLength(2);
      expect(found[0]).toMatch(/key\.pem:1: /);
      expect(found[1]).toMatch(/settings\.env:2: /);
      expect(found.join()).not.toContain(token);
      expect(await findSecrets(folder, ['clean.ts'])).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('npm audit', () => {
  it('should fail for vulnerable packages, and report the check as not run if the registry does not support it', () => {
    const vulnerabilities = { express: { name: 'express', severity: 'high', via: [] } };
    expect(readAudit(JSON.stringify({ vulnerabilities }))).toEqual({
      errors: ['express has a high vulnerability'],
    });
    expect(readAudit(JSON.stringify({ vulnerabilities: {} }))).toEqual({ errors: [] });
    expect(readAudit(JSON.stringify({ message: '405 Method Not Allowed', statusCode: 405 }))).toEqual({
      missing: expect.stringContaining('405 Method Not Allowed') as string,
    });
  });
});
