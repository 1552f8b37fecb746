import type { PositionProofs } from '../ports.ts';

/** Signs lists of values and verifies the signatures, using a secret that all instances share. */
interface Prover {
  proofOf(...facts: readonly (string | number)[]): string;
  isProof(proof: string | undefined, ...facts: readonly (string | number)[]): boolean;
}

/** Accepts no proofs while `isKnown` returns false. */
export const positionProofs = (prover: Prover, isKnown: () => boolean = () => true): PositionProofs => ({
  of: (feed, { epoch, offset }) => prover.proofOf('position', feed, epoch, offset),
  verify: (feed, { epoch, offset }, proof) =>
    isKnown() && prover.isProof(proof, 'position', feed, epoch, offset),
});
