import type { Publication, PublicationsEvent } from '@tocsin/contracts';

export interface BroadcastEffect {
  /** Whether the broadcast continues from the view's position. If not, compare the view with the feed's head. */
  continues: boolean;
  /**
   * The part of the broadcast to send to browsers: new publications without removed content, or an empty list to
   * announce a new, empty epoch. Not set if there is nothing to send, if the broadcast is from an earlier epoch, or if
   * it has no valid proof.
   */
  shown?: PublicationsEvent;
}

export const shownIn = (
  where: Omit<PublicationsEvent, 'publications'>,
  publications: Publication[],
): Pick<BroadcastEffect, 'shown'> => (publications.length > 0 ? { shown: { ...where, publications } } : {});
