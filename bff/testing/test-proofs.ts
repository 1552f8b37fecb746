import { Signer, parseSigningKeys } from '@tocsin/service';
import { positionOf, type Broadcast } from '../src/deliver/ports.ts';
import { positionProofs } from '../src/deliver/broadcast/position-proofs.ts';

const keys = parseSigningKeys('a secret shared by all test instances');

/** Creates a signer. Each test instance has its own signer, but all have the same secret. */
export const testSigner = (now?: () => number): Signer => new Signer(() => keys, now);

export const testProofs = positionProofs(testSigner());

/** Adds a valid proof to a broadcast, as our instances do. */
export const withProof = (event: Broadcast): Broadcast => ({
  ...event,
  proof: testProofs.of(event.feed, positionOf(event)),
});
