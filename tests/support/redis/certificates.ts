import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  /** The paths of the PEM files. */
  cert: string;
  key: string;
}

/** Uses `openssl` to create CAs and certificates in a folder. */
export class Certificates {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  ca(name: string): Certificate {
    const files = this.#paths(name);
    this.#openssl(
      'req',
      '-x509',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      ...this.#newKey(files),
      '-out',
      files.cert,
    );
    return files;
  }

  /** Creates a certificate for 127.0.0.1 and localhost. If `days` is negative, it has already expired. */
  signed(by: Certificate, name: string, days = 2): Certificate {
    const files = this.#paths(name);
    const request = join(this.#dir, `${name}.csr`);
    const extensions = join(this.#dir, `${name}.ext`);
    writeFileSync(extensions, 'subjectAltName = DNS:localhost,IP:127.0.0.1\n');
    this.#openssl('req', '-new', '-subj', `/CN=${name}`, ...this.#newKey(files), '-out', request);
    this.#openssl(
      ...['x509', '-req', '-in', request, '-CA', by.cert, '-CAkey', by.key, '-CAcreateserial'],
      ...['-days', String(days), '-extfile', extensions, '-out', files.cert],
    );
    return files;
  }

  #paths(name: string): Certificate {
    return { cert: join(this.#dir, `${name}.crt`), key: join(this.#dir, `${name}.key`) };
  }

  #newKey = ({ key }: Certificate): string[] => [
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key],
  ];

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

/** Creates certificates for a Redis that requires client certificates. Returns them, and the settings for clients. */
export function redisWithTls(dir: string) {
  const make = new Certificates(dir);
  const ca = make.ca('ca');
  const client = make.signed(ca, 'client');
  return {
    tls: { ca, server: make.signed(ca, 'server') },
    settings: {
      ...{ REDIS_TLS: 'true', REDIS_CA_FILE: ca.cert, REDIS_CERT_FILE: client.cert },
      ...{ REDIS_KEY_FILE: client.key, REDIS_PASSWORD: 'secret' },
    },
  };
}
