import { beforeEach, describe, expect, it } from 'vitest';
import { SignatureError, Signer, type SignatureFault } from './signer.ts';
import { parseSigningKeys } from './signing-keys.ts';

const OLD = 'an old secret of thirty-two bytes';
const NEW = 'a new secret that has been rolled out';
const OTHER = 'the secret of another application';

let time = 1_000_000;
beforeEach(() => void (time = 1_000_000));
const signer = (secret: string) => {
  const keys = parseSigningKeys(secret);
  return new Signer(
    () => keys,
    () => time,
  );
};
const fault = (work: () => unknown): SignatureFault | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof SignatureError) return error.fault;
    throw error;
  }
};

describe('a signature', () => {
  const purpose = 'actor take all';
  const body = '{"feed":"all"}';
  const signed = (secret = OLD) => signer(secret).sign(purpose, body).signature;

  it('should be accepted only once, whether the body is text or bytes', () => {
    const host = signer(OLD);
    const { signature, nonce } = signer(OLD).sign(purpose, body);
    expect(host.check(signature, purpose, Buffer.from(body))).toBe(nonce);
    expect(fault(() => host.check(signature, purpose, body))).toBe('replayed');
  });

  it('should be different for each attempt', () => {
    const [host, caller] = [signer(OLD), signer(OLD)];
    for (let i = 0; i < 100; i++) host.check(caller.sign(purpose, body).signature, purpose, body);
  });

  it.each<[string, (host: Signer) => unknown, SignatureFault]>([
    ['if missing', (host) => host.check(undefined, purpose, body), 'unsigned'],
    ['if malformed', (host) => host.check('v1.x', purpose, body), 'forged'],
    ['if it was made with another secret', (host) => host.check(signed(OTHER), purpose, body), 'forged'],
    ['if signed for another purpose', (host) => host.check(signed(), 'actor take topic:x', body), 'forged'],
    ['if signed for another body', (host) => host.check(signed(), purpose, '{"feed":"all" }'), 'forged'],
    [
      'if its time was changed',
      (host) => host.check(signed().replace('.1000000.', '.1000001.'), purpose, body),
      'forged',
    ],
    [
      'if its nonce was changed',
      (host) => host.check(signed().replace(/0\.([\w-]{43})$/, '1.$1'), purpose, body),
      'forged',
    ],
    [
      'if it is a proof instead of a signature',
      (host) => host.check(`v1.1.12345678.${host.proofOf('call', purpose).padEnd(43, 'A')}`, purpose, body),
      'forged',
    ],
  ])('should be rejected %s', (_what, check, expected) => {
    expect(fault(() => check(signer(OLD)))).toBe(expected);
  });

  it('should be rejected more than 30 s before or after the signing time', () => {
    const host = signer(OLD);
    const signature = signed();
    time += 30_001;
    expect(fault(() => host.check(signature, purpose, body))).toBe('late');
    time -= 60_002;
    expect(fault(() => host.check(signature, purpose, body))).toBe('late');
    time += 30_001;
    expect(fault(() => host.check(signature, purpose, body))).toBeUndefined();
  });

  it('should be rejected as a replay until it expires', () => {
    const host = signer(OLD);
    time += 30_000;
    const early = signer(OLD).sign(purpose, body).signature;
    time -= 30_000;
    host.check(early, purpose, body);
    for (; time <= 1_060_000; time += 5_000) {
      expect(fault(() => host.check(early, purpose, body))).toBe('replayed');
      host.check(signed(), purpose, body);
    }
  });

  it('should be accepted from old and new instances while the secret is being rotated', () => {
    const [before, during, after] = [signer(OLD), signer(`${NEW}, ${OLD}`), signer(NEW)];
    before.check(before.sign(purpose, body).signature, purpose, body);
    during.check(before.sign(purpose, body).signature, purpose, body);
    after.check(during.sign(purpose, body).signature, purpose, body);
    expect(fault(() => after.check(before.sign(purpose, body).signature, purpose, body))).toBe('forged');
    expect(during.isProof(before.proofOf('position', 'all', 1), 'position', 'all', 1)).toBe(true);
    expect(after.isProof(before.proofOf('position', 'all', 1), 'position', 'all', 1)).toBe(false);
  });
});

describe('a proof', () => {
  const prover = signer(OLD);

  it('should be valid only for exactly the facts that it proves', () => {
    const proof = prover.proofOf('position', 'all', '1-a', 12);
    expect(signer(OLD).isProof(proof, 'position', 'all', '1-a', 12)).toBe(true);
    for (const facts of [
      ['position', 'all', '1-a', 13],
      ['position', 'all', '1-a1', 2],
      ['position', 'all,1-a', 12],
      ['answer', 'all', '1-a', 12],
      ['position', 'all', '1-a', '12'],
    ]) {
      expect(prover.isProof(proof, ...facts)).toBe(false);
    }
    for (const given of [undefined, '', proof.slice(1), `${proof}A`]) {
      expect(prover.isProof(given, 'position', 'all', '1-a', 12)).toBe(false);
    }
  });
});

describe('the "internal" secret', () => {
  it.each([
    ['', 'The "internal" secret has 0 bytes and needs at least 32'],
    ['short', 'has 5 bytes'],
    [`${OLD},short`, 'Value 2 of "internal" has 5 bytes'],
    [`${OLD},`, 'Value 2 of "internal" has 0 bytes'],
    [Array<string>(6).fill(OLD).join(','), 'has 6 values; at most 5 are allowed'],
  ])('should be rejected with an explanation if it is %j', (secret, words) => {
    expect(() => parseSigningKeys(secret)).toThrow(words);
    expect(() => parseSigningKeys(secret)).not.toThrow(OLD);
  });
});
