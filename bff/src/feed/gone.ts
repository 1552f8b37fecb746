import { idOfPublication, type GonePublication, type GoneReason, type Publication } from '@tocsin/contracts';

/** The publication at its offset, without its content. */
export const withoutContent = (publication: Publication, gone: GoneReason): GonePublication =>
  publication.notification === null
    ? publication
    : {
        offset: publication.offset,
        notification: null,
        id: idOfPublication(publication),
        gone,
        ...(publication.replaces !== undefined && { replaces: publication.replaces }),
      };

/** What publications take away from those before them. */
export class Removals {
  readonly #retracted = new Map<string, number>();
  readonly #replaced = new Map<string, number>();
  /** The highest offset that takes something away; 0 if none does. */
  readonly offset: number;

  constructor(publications: readonly Publication[]) {
    let highest = 0;
    for (const publication of publications) {
      const { offset } = publication;
      if (publication.notification === null) {
        if (publication.gone !== 'retracted') continue;
        this.#retracted.set(publication.id, offset);
      } else {
        const { collapseKey } = publication.notification;
        if (collapseKey === undefined) continue;
        this.#replaced.set(collapseKey, offset);
      }
      highest = Math.max(highest, offset);
    }
    this.offset = highest;
  }

  /** Why the publication is gone, if it is. */
  reasonFor({ offset, notification }: Publication): GoneReason | undefined {
    if (notification === null) return undefined;
    if ((this.#retracted.get(notification.id) ?? 0) > offset) return 'retracted';
    const { collapseKey } = notification;
    if (collapseKey === undefined) return undefined;
    return (this.#replaced.get(collapseKey) ?? 0) > offset ? 'replaced' : undefined;
  }
}
