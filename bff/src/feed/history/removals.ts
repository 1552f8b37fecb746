import { idOfPublication, type GonePublication, type GoneReason, type Publication } from '@tocsin/contracts';

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

/** Retractions and replacements of earlier publications, found in a list of publications. */
export class Removals {
  /** Ascending offsets of the retractions for each id. */
  readonly #retracted = new Map<string, number[]>();
  readonly #replaced = new Map<string, number[]>();
  readonly #replacedKeys = new Map<string, number[]>();
  /** The last removal's offset; 0 without removals. */
  readonly offset: number;

  constructor(publications: readonly Publication[]) {
    let highest = 0;
    for (const publication of publications) {
      const { offset, replaces, notification } = publication;
      const addTo = (offsetsByName: Map<string, number[]>, name: string | undefined) => {
        if (name === undefined) return;
        offsetsByName.set(name, [...(offsetsByName.get(name) ?? []), offset]);
        highest = Math.max(highest, offset);
      };
      addTo(this.#replaced, replaces);
      addTo(this.#replacedKeys, notification?.collapseKey);
      if (notification === null && publication.gone === 'retracted') addTo(this.#retracted, publication.id);
    }
    this.offset = highest;
  }

  /**
   * Returns whether the first removal of this publication retracted or replaced it, or `undefined` if there was none.
   */
  reasonFor({ offset, notification }: Publication): GoneReason | undefined {
    if (notification === null) return undefined;
    const { id, collapseKey = '' } = notification;
    const first = (removals: number[] = []) => removals.find((removal) => removal > offset) ?? Infinity;
    const replaced = Math.min(first(this.#replaced.get(id)), first(this.#replacedKeys.get(collapseKey)));
    const retracted = first(this.#retracted.get(id));
    if (replaced === Infinity && retracted === Infinity) return undefined;
    return replaced < retracted ? 'replaced' : 'retracted';
  }
}
