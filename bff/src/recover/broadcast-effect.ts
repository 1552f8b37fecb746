import type { Publication, PublicationsEvent } from '@tocsin/contracts';

/** The outcome of a broadcast that a view took. */
export interface BroadcastEffect {
  /** False if it does not continue the known position, so that a comparison is due. */
  continues: boolean;
  /**
   * The part of the broadcast to send: new publications, and later removed ones without their content. Empty
   * if it is too late to tell, or if its epoch is over.
   */
  shown?: PublicationsEvent;
}

/** `shown` with these publications; without any, nothing is sent on. */
export const shownIn = (
  where: Omit<PublicationsEvent, 'publications'>,
  publications: Publication[],
): Pick<BroadcastEffect, 'shown'> => (publications.length > 0 ? { shown: { ...where, publications } } : {});
