import { generateKeyPairSync } from 'node:crypto';
import { MAX_TOKEN_LENGTH } from '@tocsin/contracts';
import {
  KEYS,
  SECRET,
  claims,
  forge,
  hmac,
  secondsFromNow,
  issuedToken,
  secretToken,
  signerOf,
} from './forge.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const parts = (token: string) => token.split('.') as [string, string, string];
/** Returns a valid token of exactly this length. */
export const paddedToken = (length: number): string => {
  const make = (count: number) => secretToken({ more: 'x'.repeat(count) });
  let count = Math.floor(((length - make(0).length) * 3) / 4);
  while (make(count).length < length) count++;
  return make(count);
};

/** The defect, the token, and the expected reason in the response. */
type Case = [name: string, token: () => string | undefined, expectedReason: RegExp];

const MALFORMED = /^the token is malformed$/;
const ALGORITHM = /^the token's algorithm is not allowed$/;
const SIGNATURE = /^the token's signature is wrong$/;
const EXPIRED = /^the token has expired$/;
const NO_KEY = /^no known key matches the token$/;

/** Tokens that an instance with the shared secret must refuse. */
export const WITH_SECRET: Case[] = [
  ['absent', () => undefined, /^a token is required$/],
  ['empty', () => '', /^a token is required$|^the Authorization header/],
  ['a single character', () => 'x', MALFORMED],
  ['without a payload or signature', () => parts(secretToken())[0], MALFORMED],
  ['without a signature part', () => parts(secretToken()).slice(0, 2).join('.'), MALFORMED],
  ['made of four parts', () => `${secretToken()}.x`, MALFORMED],
  ['made of five parts, like an encrypted token', () => `${secretToken()}.x.y`, MALFORMED],
  ['made of dots only', () => '..', MALFORMED],
  ['not base64', () => '!!.!!.!!', MALFORMED],
  ['in lower case', () => secretToken().toLowerCase(), MALFORMED],
  ['with a non-JSON header', () => `e30x.${parts(secretToken()).slice(1).join('.')}`, MALFORMED],
  ['with an array as the header', () => forge([], claims()), MALFORMED],
  ['with null as the header', () => forge(null, claims()), MALFORMED],
  ['without an algorithm', () => forge({}, claims()), MALFORMED],
  ['with a number as the algorithm', () => forge({ alg: 256 }, claims()), MALFORMED],
  ['with a non-JSON payload', () => forge({ alg: 'HS256' }, 'e30x'), MALFORMED],
  ['with an array as the payload', () => forge({ alg: 'HS256' }, [claims()]), MALFORMED],
  ['with a string as the payload', () => forge({ alg: 'HS256' }, encode('sub')), MALFORMED],
  [
    'with another token as the payload',
    () => forge({ alg: 'HS256', cty: 'JWT' }, encode(secretToken())),
    MALFORMED,
  ],
  ['with no claims', () => forge({ alg: 'HS256' }, {}), /^the (iss|aud|sub|exp) claim is missing$/],
  ['with an empty signature', () => forge({ alg: 'HS256' }, claims(), () => ''), SIGNATURE],
  ['with half a signature', () => secretToken().slice(0, -20), SIGNATURE],
  [
    'with the signature of another token',
    () => forge({ alg: 'HS256' }, claims(), () => parts(secretToken({ sub: 'b' }))[2]),
    SIGNATURE,
  ],
  [
    'with a changed sub',
    () => {
      const [header, , signature] = parts(secretToken());
      return `${header}.${encode(claims({ sub: 'admin' }))}.${signature}`;
    },
    SIGNATURE,
  ],
  [
    'with a changed header',
    () => {
      const [, payload, signature] = parts(secretToken());
      return `${encode({ alg: 'HS256', typ: 'x' })}.${payload}.${signature}`;
    },
    SIGNATURE,
  ],
  [
    'signed with another secret',
    () => forge({ alg: 'HS256' }, claims(), (input) => hmac(input, 'x'.repeat(64))),
    SIGNATURE,
  ],
  [
    'signed with an empty secret',
    () => forge({ alg: 'HS256' }, claims(), (input) => hmac(input, '')),
    SIGNATURE,
  ],
  ['with alg none', () => forge({ alg: 'none' }, claims(), () => ''), ALGORITHM],
  ['with alg none and a valid signature', () => forge({ alg: 'none' }, claims()), ALGORITHM],
  ['with alg nOnE', () => forge({ alg: 'nOnE' }, claims(), () => ''), ALGORITHM],
  ['with alg hs256 in lower case', () => forge({ alg: 'hs256' }, claims()), ALGORITHM],
  [
    'signed with HS384',
    () => forge({ alg: 'HS384' }, claims(), (input) => hmac(input, SECRET, 'sha384')),
    ALGORITHM,
  ],
  [
    'signed with HS512',
    () => forge({ alg: 'HS512' }, claims(), (input) => hmac(input, SECRET, 'sha512')),
    ALGORITHM,
  ],
  ['signed with RS256 and another key', () => issuedToken('RS256'), ALGORITHM],
  ['signed with ES256 and another key', () => issuedToken('ES256'), ALGORITHM],
  ['signed with EdDSA and another key', () => issuedToken('EdDSA'), ALGORITHM],
  ['with an unknown critical extension', () => secretToken({}, { crit: ['x'], x: 1 }), MALFORMED],
  ['with an empty extension list', () => secretToken({}, { crit: [] }), MALFORMED],
  ['with an unencoded payload', () => secretToken({}, { crit: ['b64'], b64: false }), MALFORMED],
  ['expired an hour ago', () => secretToken({ exp: secondsFromNow(-3_600) }), EXPIRED],
  [
    'expired by just more than the allowed clock skew',
    () => secretToken({ exp: secondsFromNow(-32) }),
    EXPIRED,
  ],
  ['expired in 1970', () => secretToken({ exp: 0 }), EXPIRED],
  ['without an expiry time', () => secretToken({ exp: undefined }), /^the exp claim is missing$/],
  ['with null as the exp', () => secretToken({ exp: null }), /^the exp claim has an unexpected value$/],
  [
    'with a string as the exp',
    () => secretToken({ exp: '9999999999' }),
    /^the exp claim has an unexpected value$/,
  ],
  [
    'not valid for another hour',
    () => secretToken({ nbf: secondsFromNow(3_600) }),
    /^the token is not valid yet$/,
  ],
  ['with a string as the nbf', () => secretToken({ nbf: 'now' }), /^the token is not valid yet$/],
  ['with a string as the iat', () => secretToken({ iat: 'now' }), /^the iat claim has an unexpected value$/],
  ['without an issuer', () => secretToken({ iss: undefined }), /^the iss claim is missing$/],
  ['from another issuer', () => secretToken({ iss: 'another' }), /^the iss claim has an unexpected value$/],
  [
    'with an array as the issuer',
    () => secretToken({ iss: ['tocsin'] }),
    /^the iss claim has an unexpected value$/,
  ],
  [
    'with the issuer in capitals',
    () => secretToken({ iss: 'TOCSIN' }),
    /^the iss claim has an unexpected value$/,
  ],
  ['without an audience', () => secretToken({ aud: undefined }), /^the aud claim is missing$/],
  ['for an empty audience', () => secretToken({ aud: [] }), /^the aud claim has an unexpected value$/],
  ['for another audience', () => secretToken({ aud: 'billing' }), /^the aud claim has an unexpected value$/],
  [
    'for two other audiences',
    () => secretToken({ aud: ['billing', 'shop'] }),
    /^the aud claim has an unexpected value$/,
  ],
  [
    'for an audience that starts with the expected audience',
    () => secretToken({ aud: 'tocsin2' }),
    /^the aud claim has an unexpected value$/,
  ],
  ['without a sub', () => secretToken({ sub: undefined }), /^the sub claim is missing$/],
  ['with an empty sub', () => secretToken({ sub: '' }), /sub must be a string of 1 to 255 characters$/],
  ['with a number as the sub', () => secretToken({ sub: 42 }), /invalid claims: sub /],
  ['with a sub of 256 characters', () => secretToken({ sub: 'x'.repeat(256) }), /sub must be a string/],
  ['with a line feed in the sub', () => secretToken({ sub: 'a\nb' }), /sub must be a string/],
  [
    'with half a surrogate pair in the sub',
    () =>
      forge(
        { alg: 'HS256' },
        Buffer.from(JSON.stringify(claims()).replace('user-1', '\\ud800')).toString('base64url'),
      ),
    /sub must be a string/,
  ],
  ['with a string as the feeds', () => secretToken({ feeds: 'orders' }), /invalid claims: feeds /],
  ['with a number among the feeds', () => secretToken({ feeds: ['orders', 1] }), /invalid claims: feeds\.1 /],
  [
    'with * inside a feed name',
    () => secretToken({ feeds: ['a*b'] }),
    /invalid claims: feeds\.0 must be a topic name/,
  ],
  [
    'with 201 feeds',
    () => secretToken({ feeds: Array.from({ length: 201 }, (_, i) => `f${i}`) }),
    /invalid claims: feeds /,
  ],
  ['with a string as the roles', () => secretToken({ roles: 'ops' }), /invalid claims: roles /],
  ['with an empty role', () => secretToken({ roles: [''] }), /invalid claims: roles\.0 /],
  ['one character too long', () => paddedToken(MAX_TOKEN_LENGTH + 1), /16384 characters$/],
];

const rsa = (header: Record<string, unknown>, signer = signerOf(KEYS.RS256.privateKey)) =>
  forge({ alg: 'RS256', kid: 'RS256', ...header }, claims(), signer);
const PEM = KEYS.RS256.publicKey.export({ format: 'pem', type: 'spki' }) as string;
const jwk = KEYS.RS256.publicKey.export({ format: 'jwk' });
const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Tokens that an instance with an issuer's keys must refuse. */
export const WITH_KEYS: Case[] = [
  ['absent', () => undefined, /^a token is required$/],
  ['with alg none', () => forge({ alg: 'none', kid: 'RS256' }, claims(), () => ''), ALGORITHM],
  [
    'signed with HS256 and the public key as the secret',
    () => forge({ alg: 'HS256', kid: 'RS256' }, claims(), (input) => hmac(input, PEM)),
    ALGORITHM,
  ],
  [
    'signed with HS256 and the JWK as the secret',
    () => forge({ alg: 'HS256', kid: 'RS256' }, claims(), (input) => hmac(input, JSON.stringify(jwk))),
    ALGORITHM,
  ],
  ['signed with HS256 and the shared secret', () => secretToken(), ALGORITHM],
  [
    'signed with RS384 and the right key',
    () => rsa({ alg: 'RS384' }, signerOf(KEYS.RS256.privateKey, 'sha384')),
    ALGORITHM,
  ],
  [
    'signed with RS512 and the right key',
    () => rsa({ alg: 'RS512' }, signerOf(KEYS.RS256.privateKey, 'sha512')),
    ALGORITHM,
  ],
  [
    'signed with PS256 and the right key',
    () => rsa({ alg: 'PS256' }, signerOf(KEYS.RS256.privateKey, 'sha256', { padding: 6, saltLength: 32 })),
    ALGORITHM,
  ],
  ['with an unknown kid', () => issuedToken('RS256', {}, { kid: 'other' }), NO_KEY],
  ['with the kid of another key type', () => issuedToken('RS256', {}, { kid: 'ES256' }), NO_KEY],
  ['with a path as the kid', () => issuedToken('RS256', {}, { kid: '../../dev/null' }), NO_KEY],
  ['with a number as the kid', () => issuedToken('RS256', {}, { kid: 1 }), NO_KEY],
  [
    'with a known kid and a wrong signature',
    () => rsa({}, (input) => signerOf(KEYS.RS256.privateKey)(`${input}x`)),
    SIGNATURE,
  ],
  ['signed with another RSA key under a known kid', () => rsa({}, signerOf(attacker.privateKey)), SIGNATURE],
  [
    'signed with another RSA key under a known kid, with that key in the header',
    () => rsa({ jwk: attacker.publicKey.export({ format: 'jwk' }) }, signerOf(attacker.privateKey)),
    SIGNATURE,
  ],
  ['with a key in the header', () => rsa({ kid: 'embedded', jwk }, signerOf(KEYS.RS256.privateKey)), NO_KEY],
  [
    'with a key set URL in the header',
    () => rsa({ kid: 'embedded', jku: 'http://127.0.0.1:9/keys' }),
    NO_KEY,
  ],
  [
    'with an ES256 signature in DER format',
    () =>
      forge(
        { alg: 'ES256', kid: 'ES256' },
        claims(),
        signerOf(KEYS.ES256.privateKey, 'sha256', { dsaEncoding: 'der' }),
      ),
    SIGNATURE,
  ],
  [
    'with zeros as the ES256 signature',
    () => forge({ alg: 'ES256', kid: 'ES256' }, claims(), () => Buffer.alloc(64).toString('base64url')),
    SIGNATURE,
  ],
  [
    'with zeros as the EdDSA signature',
    () => forge({ alg: 'EdDSA', kid: 'EdDSA' }, claims(), () => Buffer.alloc(64).toString('base64url')),
    SIGNATURE,
  ],
  [
    'with a short EdDSA signature',
    () => forge({ alg: 'EdDSA', kid: 'EdDSA' }, claims(), () => 'AA'),
    SIGNATURE,
  ],
  ['expired', () => issuedToken('ES256', { exp: secondsFromNow(-60) }), EXPIRED],
  ['from another issuer', () => issuedToken('EdDSA', { iss: 'https://other.example' }), /^the iss claim/],
  ['for another audience', () => issuedToken('RS256', { aud: 'billing' }), /^the aud claim/],
];
