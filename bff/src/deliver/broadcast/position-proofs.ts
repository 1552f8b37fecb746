import type { PositionProofs } from '../ports.ts';

/** Signs lists of values, and verifies such signatures, with a secret that all instances share. */
interface Prover {
  proofOf(...facts: readonly (string | number)[]): string;
  isProof(proof: string | undefined, ...facts: readonly (string | number)[]): boolean;
}

/** While `isKnown` returns false, no proof is accepted. */
export const positionProofs = (prover: Prover, isKnown: () => boolean = () => true): PositionProofs => ({
  of: (feed, { epoch, offset }) => prover.proofOf('position', feed, epoch, offset),
  verify: (feed, { epoch, offset }, proof) =>
    isKnown() && prover.isProof(proof, 'position', feed, epoch, offset),
});
