import type { Publication, PublicationsEvent } from '@tocsin/contracts';

export interface BroadcastEffect {
  /** False if the broadcast doesn't continue from the known position, so the view needs a comparison. */
  continues: boolean;
  /**
   * The part of the broadcast to send: new publications without removed content. Not set if there is none, or the epoch
   * is over.
   */
  shown?: PublicationsEvent;
}

export const shownIn = (
  where: Omit<PublicationsEvent, 'publications'>,
  publications: Publication[],
): Pick<BroadcastEffect, 'shown'> => (publications.length > 0 ? { shown: { ...where, publications } } : {});
