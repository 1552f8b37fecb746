import type { Publication, PublicationsEvent } from '@tocsin/contracts';

export interface BroadcastEffect {
  /** False if the broadcast does not continue the known position and a comparison is needed. */
  continues: boolean;
  /**
   * The part of the broadcast to send: new publications, without the content of those removed later. Absent if there
   * is nothing to send, or if the epoch is over.
   */
  shown?: PublicationsEvent;
}

export const shownIn = (
  where: Omit<PublicationsEvent, 'publications'>,
  publications: Publication[],
): Pick<BroadcastEffect, 'shown'> => (publications.length > 0 ? { shown: { ...where, publications } } : {});
