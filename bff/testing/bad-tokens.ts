import { MAX_TOKEN_LENGTH } from '@tocsin/contracts';
import { KEYS, SECRET, claims, forge, hmac, inSeconds, issuedToken, secretToken, signerOf } from './forge.ts';

const ENCODED = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const parts = (token: string) => token.split('.') as [string, string, string];
/** A good token of that many characters. */
export const padded = (length: number): string => {
  const make = (count: number) => secretToken({ more: 'x'.repeat(count) });
  let count = Math.floor(((length - make(0).length) * 3) / 4);
  while (make(count).length < length) count++;
  return make(count);
};

/** How a token is wrong, the token, and what of the answer says so. */
type Case = [name: string, token: () => string | undefined, says: RegExp];

const NOT_READABLE = /^this is not a token that can be read$/;
const ALGORITHM = /^the algorithm of the token is not accepted here$/;
const SIGNATURE = /^the signature of the token is wrong$/;
const EXPIRED = /^the token has expired$/;
const NO_KEY = /^no known key belongs to the token$/;

/** Tokens that an instance with the shared secret must refuse. */
export const WITH_SECRET: Case[] = [
  ['absent', () => undefined, /^a token is needed$/],
  ['empty', () => '', /^a token is needed$|^the Authorization header/],
  ['one word', () => 'x', NOT_READABLE],
  ['without payload and signature', () => parts(secretToken())[0], NOT_READABLE],
  ['without signature part', () => parts(secretToken()).slice(0, 2).join('.'), NOT_READABLE],
  ['of four parts', () => `${secretToken()}.x`, NOT_READABLE],
  ['of five parts, as if encrypted', () => `${secretToken()}.x.y`, NOT_READABLE],
  ['of dots', () => '..', NOT_READABLE],
  ['of no base64', () => '!!.!!.!!', NOT_READABLE],
  ['in lower case', () => secretToken().toLowerCase(), NOT_READABLE],
  ['with a header that is no JSON', () => `e30x.${parts(secretToken()).slice(1).join('.')}`, NOT_READABLE],
  ['with an array for header', () => forge([], claims()), NOT_READABLE],
  ['with null for header', () => forge(null, claims()), NOT_READABLE],
  ['without algorithm', () => forge({}, claims()), NOT_READABLE],
  ['with a number for algorithm', () => forge({ alg: 256 }, claims()), NOT_READABLE],
  ['with payload that is no JSON', () => forge({ alg: 'HS256' }, 'e30x'), NOT_READABLE],
  ['with an array for payload', () => forge({ alg: 'HS256' }, [claims()]), NOT_READABLE],
  ['with text for payload', () => forge({ alg: 'HS256' }, ENCODED('sub')), NOT_READABLE],
  [
    'with a token for payload',
    () => forge({ alg: 'HS256', cty: 'JWT' }, ENCODED(secretToken())),
    NOT_READABLE,
  ],
  ['with no claims', () => forge({ alg: 'HS256' }, {}), /^the claim (iss|aud|sub|exp) is missing$/],
  ['without signature', () => forge({ alg: 'HS256' }, claims(), () => ''), SIGNATURE],
  ['with half a signature', () => secretToken().slice(0, -20), SIGNATURE],
  [
    'with the signature of another token',
    () => forge({ alg: 'HS256' }, claims(), () => parts(secretToken({ sub: 'b' }))[2]),
    SIGNATURE,
  ],
  [
    'with another sub put in',
    () => {
      const [header, , signature] = parts(secretToken());
      return `${header}.${ENCODED(claims({ sub: 'admin' }))}.${signature}`;
    },
    SIGNATURE,
  ],
  [
    'with another header put in',
    () => {
      const [, payload, signature] = parts(secretToken());
      return `${ENCODED({ alg: 'HS256', typ: 'x' })}.${payload}.${signature}`;
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
  ['alg none', () => forge({ alg: 'none' }, claims(), () => ''), ALGORITHM],
  ['alg none with a good signature', () => forge({ alg: 'none' }, claims()), ALGORITHM],
  ['alg nOnE', () => forge({ alg: 'nOnE' }, claims(), () => ''), ALGORITHM],
  ['alg hs256 in lower case', () => forge({ alg: 'hs256' }, claims()), ALGORITHM],
  ['HS384', () => forge({ alg: 'HS384' }, claims(), (input) => hmac(input, SECRET, 'sha384')), ALGORITHM],
  ['HS512', () => forge({ alg: 'HS512' }, claims(), (input) => hmac(input, SECRET, 'sha512')), ALGORITHM],
  ['RS256 of a key of its own', () => issuedToken('RS256'), ALGORITHM],
  ['ES256 of a key of its own', () => issuedToken('ES256'), ALGORITHM],
  ['EdDSA of a key of its own', () => issuedToken('EdDSA'), ALGORITHM],
  ['an extension that nobody knows but must', () => secretToken({}, { crit: ['x'], x: 1 }), NOT_READABLE],
  ['an empty list of extensions', () => secretToken({}, { crit: [] }), NOT_READABLE],
  ['a payload that is not encoded', () => secretToken({}, { crit: ['b64'], b64: false }), NOT_READABLE],
  ['expired an hour ago', () => secretToken({ exp: inSeconds(-3_600) }), EXPIRED],
  ['expired just outside of the skew', () => secretToken({ exp: inSeconds(-32) }), EXPIRED],
  ['expired in 1970', () => secretToken({ exp: 0 }), EXPIRED],
  ['never expiring', () => secretToken({ exp: undefined }), /^the claim exp is missing$/],
  ['expiring at null', () => secretToken({ exp: null }), /^the claim exp is not the expected one$/],
  ['expiring at a text', () => secretToken({ exp: '9999999999' }), /^the claim exp is not the expected one$/],
  ['not valid before an hour', () => secretToken({ nbf: inSeconds(3_600) }), /^the token is not valid yet$/],
  ['not valid before a text', () => secretToken({ nbf: 'now' }), /^the token is not valid yet$/],
  ['made at a text', () => secretToken({ iat: 'now' }), /^the claim iat is not the expected one$/],
  ['of no issuer', () => secretToken({ iss: undefined }), /^the claim iss is missing$/],
  ['of another issuer', () => secretToken({ iss: 'somebody' }), /^the claim iss is not the expected one$/],
  ['of several issuers', () => secretToken({ iss: ['tocsin'] }), /^the claim iss is not the expected one$/],
  [
    'of the issuer in capitals',
    () => secretToken({ iss: 'TOCSIN' }),
    /^the claim iss is not the expected one$/,
  ],
  ['for nobody', () => secretToken({ aud: undefined }), /^the claim aud is missing$/],
  ['for an empty audience', () => secretToken({ aud: [] }), /^the claim aud is not the expected one$/],
  ['for another audience', () => secretToken({ aud: 'billing' }), /^the claim aud is not the expected one$/],
  [
    'for other audiences',
    () => secretToken({ aud: ['billing', 'shop'] }),
    /^the claim aud is not the expected one$/,
  ],
  [
    'for an audience that begins alike',
    () => secretToken({ aud: 'tocsin2' }),
    /^the claim aud is not the expected one$/,
  ],
  ['of nobody', () => secretToken({ sub: undefined }), /^the claim sub is missing$/],
  ['of an empty sub', () => secretToken({ sub: '' }), /sub must be text of 1 to 255 characters$/],
  ['of a number', () => secretToken({ sub: 42 }), /claims of the token cannot be used: sub /],
  ['of a sub of 256 characters', () => secretToken({ sub: 'x'.repeat(256) }), /sub must be text/],
  ['of a sub with a line feed', () => secretToken({ sub: 'a\nb' }), /sub must be text/],
  [
    'of a sub with half a character',
    () =>
      forge(
        { alg: 'HS256' },
        Buffer.from(JSON.stringify(claims()).replace('user-1', '\\ud800')).toString('base64url'),
      ),
    /sub must be text/,
  ],
  ['with text for feeds', () => secretToken({ feeds: 'orders' }), /cannot be used: feeds /],
  ['with a number among the feeds', () => secretToken({ feeds: ['orders', 1] }), /cannot be used: feeds\.1 /],
  [
    'with * in the middle of a feed',
    () => secretToken({ feeds: ['a*b'] }),
    /cannot be used: feeds\.0 must be the name of a topic/,
  ],
  [
    'with 201 feeds',
    () => secretToken({ feeds: Array.from({ length: 201 }, (_, i) => `f${i}`) }),
    /cannot be used: feeds /,
  ],
  ['with text for roles', () => secretToken({ roles: 'ops' }), /cannot be used: roles /],
  ['with an empty role', () => secretToken({ roles: [''] }), /cannot be used: roles\.0 /],
  ['one character too long', () => padded(MAX_TOKEN_LENGTH + 1), /16384 characters$/],
];

const OTHER = { ...KEYS.RS256 };
const rsa = (header: Record<string, unknown>, signer = signerOf(OTHER.privateKey)) =>
  forge({ alg: 'RS256', kid: 'RS256', ...header }, claims(), signer);
const PEM = KEYS.RS256.publicKey.export({ format: 'pem', type: 'spki' }) as string;
const jwk = KEYS.RS256.publicKey.export({ format: 'jwk' });

/** Tokens that an instance with the keys of an issuer must refuse. */
export const WITH_KEYS: Case[] = [
  ['absent', () => undefined, /^a token is needed$/],
  ['alg none', () => forge({ alg: 'none', kid: 'RS256' }, claims(), () => ''), ALGORITHM],
  [
    'HS256 with the public key for secret',
    () => forge({ alg: 'HS256', kid: 'RS256' }, claims(), (input) => hmac(input, PEM)),
    ALGORITHM,
  ],
  [
    'HS256 with the JWK for secret',
    () => forge({ alg: 'HS256', kid: 'RS256' }, claims(), (input) => hmac(input, JSON.stringify(jwk))),
    ALGORITHM,
  ],
  ['HS256 with the secret', () => secretToken(), ALGORITHM],
  [
    'RS384 of the right key',
    () => rsa({ alg: 'RS384' }, signerOf(KEYS.RS256.privateKey, 'sha384')),
    ALGORITHM,
  ],
  [
    'RS512 of the right key',
    () => rsa({ alg: 'RS512' }, signerOf(KEYS.RS256.privateKey, 'sha512')),
    ALGORITHM,
  ],
  [
    'PS256 of the right key',
    () => rsa({ alg: 'PS256' }, signerOf(KEYS.RS256.privateKey, 'sha256', { padding: 6, saltLength: 32 })),
    ALGORITHM,
  ],
  ['of a key that nobody knows', () => issuedToken('RS256', {}, { kid: 'other' }), NO_KEY],
  ['of a key named as one of another kind', () => issuedToken('RS256', {}, { kid: 'ES256' }), NO_KEY],
  ['of a kid that is a path', () => issuedToken('RS256', {}, { kid: '../../dev/null' }), NO_KEY],
  ['of a kid that is a number', () => issuedToken('RS256', {}, { kid: 1 }), NO_KEY],
  [
    'of another key under a known name',
    () => rsa({}, (input) => signerOf(KEYS.RS256.privateKey)(`${input}x`)),
    SIGNATURE,
  ],
  ['with its own key in the header', () => rsa({ kid: 'own', jwk }, signerOf(KEYS.RS256.privateKey)), NO_KEY],
  ['with the address of its own keys', () => rsa({ kid: 'own', jku: 'http://127.0.0.1:9/keys' }), NO_KEY],
  [
    'ES256 whose signature is DER',
    () =>
      forge(
        { alg: 'ES256', kid: 'ES256' },
        claims(),
        signerOf(KEYS.ES256.privateKey, 'sha256', { dsaEncoding: 'der' }),
      ),
    SIGNATURE,
  ],
  [
    'ES256 whose signature is zeros',
    () => forge({ alg: 'ES256', kid: 'ES256' }, claims(), () => Buffer.alloc(64).toString('base64url')),
    SIGNATURE,
  ],
  [
    'EdDSA whose signature is zeros',
    () => forge({ alg: 'EdDSA', kid: 'EdDSA' }, claims(), () => Buffer.alloc(64).toString('base64url')),
    SIGNATURE,
  ],
  [
    'EdDSA whose signature is short',
    () => forge({ alg: 'EdDSA', kid: 'EdDSA' }, claims(), () => 'AA'),
    SIGNATURE,
  ],
  ['expired', () => issuedToken('ES256', { exp: inSeconds(-60) }), EXPIRED],
  ['of another issuer', () => issuedToken('EdDSA', { iss: 'https://other.example' }), /^the claim iss/],
  ['for another audience', () => issuedToken('RS256', { aud: 'billing' }), /^the claim aud/],
];
