#!/usr/bin/env node
// Creates the containers' secrets that don't exist yet: passwords and tokens as NAME=value, sentry's certificate
// authority, and tokens with which the sidecars and Dapr's services identify themselves to sentry. Writes each file
// under a temporary name first, so readers never see a partial file. Only the owner and group 1000 can read the files.
import { execFileSync } from 'node:child_process';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { join } from 'node:path';

const { TOCSIN_ADDRESS = '127.0.0.1', AUTH_MODE, API_KEYS, TOCSIN_INSECURE, PORTS } = process.env;
const withoutAuth = [
  ...(API_KEYS === 'on' ? [] : ['API_KEYS is off']),
  ...(AUTH_MODE === 'jwt' ? [] : ['AUTH_MODE is none']),
];

function isLoopback(address) {
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  const family = isIP(address);
  return family !== 0 && loopback.check(address, `ipv${family}`);
}

// Never expose the edge to other machines without authentication. The edge starts after the applications, and they
// start after this container. Exiting here therefore keeps the edge's ports closed. `npm start` prints the same error.
if (
  TOCSIN_INSECURE !== 'yes' &&
  withoutAuth.length > 0 &&
  !isLoopback(TOCSIN_ADDRESS.replace(/^\[(.*)\]$/, '$1'))
) {
  console.error(
    `TOCSIN_ADDRESS=${TOCSIN_ADDRESS} would open ports ${PORTS} to the network, but ` +
      `${withoutAuth.join(' and ')}: anyone there could read or publish. ` +
      'Set AUTH_MODE=jwt and API_KEYS=on (docs/guides/secure-it.md), or unset ' +
      'TOCSIN_ADDRESS. If you trust everyone on the network, set TOCSIN_INSECURE=yes instead.',
  );
  process.exit(1);
}

const OWNER_AND_GROUP = 0o440;
const ONLY_OWNER = 0o400;
const secret = () => randomBytes(32).toString('hex');

function write(file, content, mode = OWNER_AND_GROUP) {
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, content, { mode });
  renameSync(`${file}.new`, file);
}

/** Adds these variables to a file of NAME=value lines, creating it if needed. Existing values stay unchanged. */
function addVariables(file, values) {
  const existing = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const missing = Object.entries(values).filter(([name]) => !new RegExp(`^${name}=`, 'm').test(existing));
  if (missing.length === 0) return;
  write(file, existing + missing.map(([name, value]) => `${name}=${value}\n`).join(''));
}

// Redis credentials: a user shared by applications, sidecars and the broadcaster, and a user for operators and `npm run
// doctor`.
addVariables('/secrets/redis/env', { REDIS_USERNAME: 'tocsin', REDIS_PASSWORD: secret() });
addVariables('/secrets/operator/env', { REDIS_USERNAME: 'operator', REDIS_PASSWORD: secret() });
addVariables('/secrets/dapr/env', { DAPR_API_TOKEN: secret(), APP_API_TOKEN: secret() });
// The bffs sign calls to each other and to the producer with this secret. The two secret stores read it from different
// variables.
const internal = secret();
addVariables('/secrets/internal/env', {
  NOTIFICATION_SECRETS_internal: internal,
  NOTIFICATION_KEYS_internal: internal,
});

const AUTHORITY = '/secrets/authority';
const IDENTITIES = '/secrets/identities';
/** The certificates' lifetime in days: ten years. */
const LIFETIME = '3650';

/** Creates a root certificate that signs one issuer, then discards the root's key. Sentry signs with the issuer key. */
function makeAuthority() {
  const folder = mkdtempSync('/tmp/authority-');
  const at = (name) => join(folder, name);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const createCertificate = (name, ...args) =>
    openssl(
      ...['req', '-x509', '-newkey', 'ed25519', '-nodes', '-days', LIFETIME, '-subj', `/O=tocsin/CN=${name}`],
      ...[
        '-addext',
        'keyUsage=critical,keyCertSign,cRLSign',
        '-keyout',
        at(`${name}.key`),
        '-out',
        at(`${name}.crt`),
      ],
      ...args,
    );
  try {
    createCertificate('root');
    createCertificate('issuer', '-CA', at('root.crt'), '-CAkey', at('root.key'));
    const read = (name) => readFileSync(at(name), 'utf8');
    write(join(AUTHORITY, 'issuer.key'), read('issuer.key'));
    write(join(AUTHORITY, 'issuer.crt'), read('issuer.crt'));
    write(join(IDENTITIES, 'ca.crt'), read('root.crt'));
    // Written last. If this file exists, all the others do.
    write(join(AUTHORITY, 'ca.crt'), read('root.crt'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
if (!existsSync(join(AUTHORITY, 'ca.crt'))) makeAuthority();

const KEY = join(AUTHORITY, 'identities.key');
function makeIdentityKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwk = publicKey.export({ format: 'jwk' });
  write(
    join(AUTHORITY, 'jwks.json'),
    JSON.stringify({ keys: [{ ...jwk, use: 'sig', alg: 'EdDSA', kid: kidOf(publicKey) }] }),
  );
  write(KEY, privateKey.export({ format: 'pem', type: 'pkcs8' }), ONLY_OWNER);
}
const kidOf = (publicKey) =>
  createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('base64url');
if (!existsSync(KEY)) makeIdentityKey();

/** Creates the token that sentry requires for signing the certificate of `id`. The token never expires. */
function makeIdentity(id) {
  const file = join(IDENTITIES, `${id}.jwt`);
  if (existsSync(file)) return;
  const key = createPrivateKey(readFileSync(KEY));
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = { alg: 'EdDSA', typ: 'JWT', kid: kidOf(createPublicKey(key)) };
  const domain = id.startsWith('dapr-') ? 'localhost' : 'public';
  const claims = {
    sub: `spiffe://${domain}/ns/default/${id}`,
    aud: 'spiffe://localhost/ns/default/dapr-sentry',
  };
  const signed = `${part(header)}.${part(claims)}`;
  write(file, `${signed}.${sign(undefined, Buffer.from(signed), key).toString('base64url')}`);
}
for (const id of ['producer', 'bff', 'dapr-placement', 'dapr-scheduler']) makeIdentity(id);
