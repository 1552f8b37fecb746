import type { PositionProofs } from '../ports.ts';

/** Signs lists of values and verifies the signatures, using a secret that all instances share. */
interface Prover {
  proofOf(...facts: readonly (string | number)[]): string;
  isProof(proof: string | undefined, ...facts: readonly (string | number)[]): boolean;
}

/** Makes and verifies proofs of positions. Accepts no proofs while `hasSecret` returns false. */
export const positionProofs = (prover: Prover, hasSecret: () => boolean = () => true): PositionProofs => ({
  of: (feed, { epoch, offset }) => prover.proofOf('position', feed, epoch, offset),
  verify: (feed, { epoch, offset }, proof) =>
    hasSecret() && prover.isProof(proof, 'position', feed, epoch, offset),
});
