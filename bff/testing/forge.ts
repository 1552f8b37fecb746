import { createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** The tests' shared secret. */
export const SECRET = randomBytes(32).toString('hex');

const newRsaKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
let rsaKeys: ReturnType<typeof newRsaKeys> | undefined;

/** The test issuer's keys, one for each algorithm. */
export const KEYS = {
  /** Created on first use, because an RSA key takes much longer to create than the others. */
  get RS256() {
    return (rsaKeys ??= newRsaKeys());
  },
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
export type KeyName = keyof typeof KEYS;

const nowInSeconds = (): number => Math.floor(Date.now() / 1000);
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Returns valid claims with `overrides` applied. `undefined` omits a claim. */
export const claims = (overrides: Record<string, unknown> = {}): Record<string, unknown> => ({
  iss: 'tocsin',
  aud: 'tocsin',
  sub: 'user-1',
  exp: nowInSeconds() + 600,
  ...overrides,
});

/** Returns the Unix time `n` seconds from now. */
export const secondsFromNow = (n: number): number => nowInSeconds() + n;

export const hmac = (input: string, secret: string | Buffer = SECRET, hash = 'sha256'): string =>
  createHmac(hash, secret).update(input).digest('base64url');

/** Returns a token with any header and payload, signed by `signer`. */
export function forge(
  header: unknown,
  payload: unknown,
  signer: (input: string) => string = (input) => hmac(input),
): string {
  const input = `${encode(header)}.${typeof payload === 'string' ? payload : encode(payload)}`;
  return `${input}.${signer(input)}`;
}

/** Returns a token signed with the shared secret. */
export const secretToken = (overrides: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
  forge({ alg: 'HS256', ...header }, claims(overrides));

/** Returns a function that signs with the key and encodes the signature for a token. */
export const signerOf =
  (key: KeyObject, hash: string | null = 'sha256', more: object = { dsaEncoding: 'ieee-p1363' }) =>
  (input: string): string =>
    sign(hash, Buffer.from(input), { key, ...more }).toString('base64url');

/** Returns a token signed by the test issuer. */
export const issuedToken = (
  name: KeyName,
  overrides: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
) =>
  forge(
    { alg: name, kid: name, ...header },
    claims(overrides),
    signerOf(KEYS[name].privateKey, name === 'EdDSA' ? null : 'sha256'),
  );

/** Returns the key set that the test issuer publishes. */
export const keySet = (names: readonly KeyName[] = ['RS256', 'ES256', 'EdDSA']) => ({
  keys: names.map((name) => ({ ...KEYS[name].publicKey.export({ format: 'jwk' }), kid: name, use: 'sig' })),
});
