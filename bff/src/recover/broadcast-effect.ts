import type { Publication, PublicationsEvent } from '@tocsin/contracts';

/** The outcome of a broadcast that a view took. */
export interface BroadcastEffect {
  /** False when it does not continue what is known, so that a comparison is due. */
  continues: boolean;
  /**
   * What of the broadcast is to be sent on: what was not yet, and what a later one has taken away without its content.
   * Nothing when it comes so late that this cannot be told, or when its epoch is over.
   */
  shown?: PublicationsEvent;
}

/** `shown` with these publications; without any, nothing is sent on. */
export const shownIn = (
  where: Omit<PublicationsEvent, 'publications'>,
  publications: Publication[],
): Pick<BroadcastEffect, 'shown'> => (publications.length > 0 ? { shown: { ...where, publications } } : {});
