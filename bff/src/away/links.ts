import type { Notification } from '@tocsin/contracts';
import type { AwayMessage } from './channels/channel.ts';
import type { LinkProofs } from './ports.ts';

const UNSUBSCRIBE = 'unsubscribe';

/** Creates the links of messages to a reader through a channel. The unsubscribe link needs no sign-in, and does not expire. */
export const linksFor =
  (publicUrl: string, proofs: LinkProofs) =>
  async (reader: string, via: string): Promise<AwayMessage['links']> => {
    const page = publicUrl.replace(/\/$/, '');
    const proof = proofs.of(UNSUBSCRIBE, reader, via);
    return {
      inbox: `${page}/`,
      unsubscribe: `${page}/unsubscribe?${new URLSearchParams({ reader, via, proof }).toString()}`,
      open: ({ id, feed }: Notification) =>
        `${page}/?${new URLSearchParams({ notification: id, feed }).toString()}`,
    };
  };

/** Whether this deployment made the unsubscribe link with these parameters. */
export const isUnsubscribeLink = (
  proofs: LinkProofs,
  { reader, via, proof }: { reader: string; via: string; proof: string },
): boolean => proofs.hold(proof, UNSUBSCRIBE, reader, via);
