import { createHmac, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { SigningKeys } from './signing-keys.ts';

/** The header that carries the signature for a call between our applications. */
export const SIGNATURE_HEADER = 'tocsin-signature';

/** The purpose of an actor call. The signature covers it. */
export const actorCallPurpose = (method: string, id: string): string => `actor ${method} ${id}`;

/** Maximum difference (ms) between the signing time and the receiver's clock. */
const WINDOW_MS = 30_000;
/** A nonce is remembered for as long as the signature is valid. */
const NONCE_LIFE_MS = 2 * WINDOW_MS;
/**
 * Maximum number of remembered nonces, about 40 MB. Only nonces of valid signatures are remembered. The oldest are
 * forgotten first, and their signatures could then be replayed until they expire.
 */
const MAX_NONCES = 200_000;
const PROOF_BYTES = 16;

const SIGNATURE = /^v1\.(\d{1,15})\.([\w-]{8,40})\.([\w-]{43})$/;

export type SignatureFault = 'unsigned' | 'forged' | 'late' | 'replayed';

const MESSAGES: Record<SignatureFault, string> = {
  unsigned: `The call has no signature. Calls between Tocsin’s applications need one in the ${SIGNATURE_HEADER} header.`,
  forged:
    'The signature does not match this call. It was made with a different secret or for different content.',
  late: `The signature is more than ${WINDOW_MS / 1000} s old, or in the future. Check that the clocks are in sync.`,
  replayed: 'This signature has already been used. Create a new signature for each attempt.',
};

/** Thrown if a call's signature is missing or invalid. The message contains no part of the call. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly fault: SignatureFault;

  constructor(fault: SignatureFault) {
    super(MESSAGES[fault]);
    this.fault = fault;
  }
}

/**
 * Signs calls between our applications with a shared secret (HMAC-SHA-256), and creates proofs of facts, which our
 * applications can check. A signature is valid for a single call to a single receiver, for 30 s. A proof remains valid
 * as long as the key is valid.
 */
export class Signer {
  readonly #keys: () => SigningKeys;
  readonly #now: () => number;
  readonly #prefix = randomBytes(9).toString('base64url');
  #signed = 0;
  /** Created by the first check, since many signers only sign. */
  #nonces: LRUCache<string, true> | undefined;

  /** `keys` may throw until the keys are available. Signing, checking and proving then throw the same error. */
  constructor(keys: () => SigningKeys, now: () => number = Date.now) {
    this.#keys = keys;
    this.#now = now;
  }

  /** Signs an attempt at a call. Returns the signature, and the nonce that the receiver uses to prove the response. */
  sign(purpose: string, body: string | Uint8Array): { signature: string; nonce: string } {
    const at = String(this.#now());
    const nonce = `${this.#prefix}${(this.#signed++).toString(36)}`;
    const mac = macOf(this.#keys()[0], textOf(purpose, at, nonce), body).toString('base64url');
    return { signature: `v1.${at}.${nonce}.${mac}`, nonce };
  }

  /**
   * Accepts a signature once. Returns the nonce for proving the response.
   * @throws SignatureError
   */
  check(signature: string | undefined, purpose: string, body: string | Uint8Array): string {
    if (signature === undefined) throw new SignatureError('unsigned');
    const [, at = '', nonce = '', mac = ''] = SIGNATURE.exec(signature) ?? [];
    const given = Buffer.from(mac, 'base64url');
    const text = textOf(purpose, at, nonce);
    if (!this.#keys().some((key) => isSame(given, macOf(key, text, body))))
      throw new SignatureError('forged');
    if (Math.abs(this.#now() - Number(at)) > WINDOW_MS) throw new SignatureError('late');
    this.#takeNonce(nonce);
    return nonce;
  }

  /**
   * Creates a proof of facts for applications that have the secret. The first fact is the kind of proof, for example
   * `'position'` in `'position', feed, …`.
   */
  proofOf(...facts: readonly (string | number)[]): string {
    return proof(this.#keys()[0], facts).toString('base64url');
  }

  /** True if `given` is a valid proof of these facts. */
  isProof(given: string | undefined, ...facts: readonly (string | number)[]): boolean {
    if (given === undefined) return false;
    const bytes = Buffer.from(given, 'base64url');
    return this.#keys().some((key) => isSame(bytes, proof(key, facts)));
  }

  #takeNonce(nonce: string): void {
    this.#nonces ??= new LRUCache({
      // Unlike `max`, `maxSize` doesn't preallocate memory.
      ...{ maxSize: MAX_NONCES, sizeCalculation: () => 1 },
      ttl: NONCE_LIFE_MS,
      ttlResolution: 0,
      perf: { now: this.#now },
    });
    if (this.#nonces.has(nonce)) throw new SignatureError('replayed');
    this.#nonces.set(nonce, true);
  }
}

/**
 * Returns the text to sign before the body. JSON contains no raw line breaks, so the boundary between this text and the
 * body is unambiguous. The first element prevents a call from being mistaken for a proof.
 */
const textOf = (purpose: string, at: string, nonce: string): string =>
  `${JSON.stringify(['call', purpose, at, nonce])}\n`;

const macOf = (key: KeyObject, text: string, body: string | Uint8Array): Buffer =>
  createHmac('sha256', key).update(text).update(body).digest();

const proof = (key: KeyObject, facts: readonly (string | number)[]): Buffer =>
  createHmac('sha256', key)
    .update(JSON.stringify(['proof', ...facts]))
    .digest()
    .subarray(0, PROOF_BYTES);

const isSame = (given: Buffer, expected: Buffer): boolean =>
  given.length === expected.length && timingSafeEqual(given, expected);
