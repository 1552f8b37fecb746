import { createHmac, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { SigningKeys } from './signing-keys.ts';

/** The header in which a call of our own carries its signature. */
export const SIGNATURE_HEADER = 'tocsin-signature';

/** What the signature of a call of an actor is good for. */
export const actorCallPurpose = (method: string, id: string): string => `actor ${method} ${id}`;

/** A signature is good from so long before its time to so long after it, in ms: clocks differ. */
const WINDOW_MS = 30_000;
/** A generation of nonces; the one before is remembered too, so each is for as long as its signature is good. */
const GENERATION_MS = 2 * WINDOW_MS;
/**
 * Nonces of a generation, some 20 MB. Only those of valid signatures are remembered; where more come, the oldest are
 * forgotten before their time.
 */
const MAX_NONCES = 200_000;
const PROOF_BYTES = 16;

const SIGNATURE = /^v1\.(\d{1,15})\.([\w-]{8,40})\.([\w-]{43})$/;

export type SignatureFault = 'unsigned' | 'forged' | 'late' | 'replayed';

const WORDS: Record<SignatureFault, string> = {
  unsigned: `The call has no signature. Calls between our applications carry one in ${SIGNATURE_HEADER}.`,
  forged: 'The signature is not one of ours for this call: its secret or its content differs.',
  late: `The signature was made more than ${WINDOW_MS / 1000} s ago, or in the future. Compare the clocks.`,
  replayed: 'A call with this signature was taken before. Each attempt is signed anew.',
};

/** A call whose signature is missing or wrong. The message holds nothing of the call. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly fault: SignatureFault;

  constructor(fault: SignatureFault) {
    super(WORDS[fault]);
    this.fault = fault;
  }
}

/**
 * Signs calls between our own processes with a secret that they share, and proves facts to them: HMAC-SHA-256. A
 * signature is good for one call, within 30 s, at one receiver; a proof is good as long as its key.
 */
export class Signer {
  readonly #keys: () => SigningKeys;
  readonly #now: () => number;
  readonly #prefix = randomBytes(9).toString('base64url');
  #signed = 0;
  #nonces = new Set<string>();
  #earlier = new Set<string>();
  #generationEnds = 0;

  /** `keys` throws as long as they are not known; then signing, checking and proving throw the same. */
  constructor(keys: () => SigningKeys, now: () => number = Date.now) {
    this.#keys = keys;
    this.#now = now;
  }

  /** A signature for one attempt of the call that `purpose` names, and the nonce with which its answer is proven. */
  sign(purpose: string, body: string | Uint8Array): { signature: string; nonce: string } {
    const at = String(this.#now());
    const nonce = `${this.#prefix}${(this.#signed++).toString(36)}`;
    const mac = macOf(this.#keys()[0], textOf(purpose, at, nonce), body).toString('base64url');
    return { signature: `v1.${at}.${nonce}.${mac}`, nonce };
  }

  /** Takes a signature, once. Returns its nonce, with which the answer can be proven. @throws SignatureError */
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

  /** Proves facts to those who know the secret. The facts say what they are about, as in `'position', feed, …`. */
  proofOf(...facts: readonly (string | number)[]): string {
    return proof(this.#keys()[0], facts).toString('base64url');
  }

  /** Whether somebody who knows the secret has proven these facts. */
  isProof(given: string | undefined, ...facts: readonly (string | number)[]): boolean {
    if (given === undefined) return false;
    const bytes = Buffer.from(given, 'base64url');
    return this.#keys().some((key) => isSame(bytes, proof(key, facts)));
  }

  #takeNonce(nonce: string): void {
    const now = this.#now();
    if (now >= this.#generationEnds || this.#nonces.size >= MAX_NONCES) {
      this.#earlier = this.#nonces;
      this.#nonces = new Set();
      this.#generationEnds = now + GENERATION_MS;
    }
    if (this.#nonces.has(nonce) || this.#earlier.has(nonce)) throw new SignatureError('replayed');
    this.#nonces.add(nonce);
  }
}

/** JSON has no line break, so where the body begins is never in doubt, and a call is no proof. */
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
