import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Creates a private key and a certificate request. Returns both as PEM. */
export function certificateRequest(): { key: string; csr: string } {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-csr-'));
  const [key, csr] = [join(dir, 'key.pem'), join(dir, 'csr.pem')];
  try {
    const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    execFileSync(
      'openssl',
      ['req', '-new', ...algorithm, '-subj', '/O=stranger', '-keyout', key, '-out', csr],
      {
        stdio: 'ignore',
      },
    );
    return { key: readFileSync(key, 'utf8'), csr: readFileSync(csr, 'utf8') };
  } finally {
    rmSync(dir, { recursive: true });
  }
}
