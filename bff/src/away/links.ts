import type { Notification } from '@tocsin/contracts';
import type { AwayMessage } from './channels/channel.ts';
import type { LinkProofs } from './ports.ts';

/** Signs lists of values and verifies the signatures, using a secret that all instances share. */
interface Prover {
  proofOf(...values: readonly string[]): string;
  isProof(proof: string | undefined, ...values: readonly string[]): boolean;
}

export const linkProofs = (prover: Prover): LinkProofs => ({
  create: (...values) => prover.proofOf('link', ...values),
  verify: (proof, ...values) => prover.isProof(proof, 'link', ...values),
});

const UNSUBSCRIBE = 'unsubscribe';
/** The channel name in the links of e-mails that contain a code. */
export const CODE_LINK = 'code';

/**
 * Creates the links in messages to a reader through a channel. The unsubscribe link works without signing in, until the
 * signing value is removed from the `internal` secret. Its path starts with `/app` because proxies forward such paths
 * to a bff.
 */
export const linksFor =
  (publicUrl: string, proofs: LinkProofs) =>
  (reader: string, via: string): AwayMessage['links'] => {
    const page = publicUrl.replace(/\/$/, '');
    const proof = proofs.create(UNSUBSCRIBE, reader, via);
    return {
      inbox: `${page}/`,
      unsubscribe: `${page}/app/unsubscribe?${new URLSearchParams({ reader, via, proof }).toString()}`,
      open: ({ id, feed }: Notification) =>
        `${page}/?${new URLSearchParams({ notification: id, feed }).toString()}`,
    };
  };

/** Whether this deployment created an unsubscribe link with these parameters. */
export const isUnsubscribeLink = (
  proofs: LinkProofs,
  { reader, via, proof }: { reader: string; via: string; proof: string },
): boolean => proofs.verify(proof, UNSUBSCRIBE, reader, via);
