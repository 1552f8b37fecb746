import type { Signer } from '@tocsin/service';
import type { PositionProofs } from './deliver/ports.ts';

/** Proofs with the secret of the instances. As long as `isKnown` says that it is not known, none holds. */
export const positionProofs = (signer: Signer, isKnown: () => boolean = () => true): PositionProofs => ({
  of: (feed, { epoch, offset }) => signer.proofOf('position', feed, epoch, offset),
  hold: (feed, { epoch, offset }, proof) =>
    isKnown() && signer.isProof(proof, 'position', feed, epoch, offset),
});
