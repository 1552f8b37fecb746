import {
  idBesideAnother,
  idOfPublication,
  isErasure,
  isRetraction,
  type Arrival,
  type Position,
  type Publication,
} from '@tocsin/contracts';
import type { PlacedItem } from '../peek/check-items.ts';

/** The position of a notification and its id in the feed, and the reason if the feed does not show it. */
export interface Published {
  position?: Position & { id: string };
  gone?: string;
}

/**
 * An item after its commit. `published` is absent if the feed already had its id, or if its commit is no longer the last
 * one of the feed.
 */
export interface CommittedItem extends PlacedItem {
  published?: Published;
}

/** The ids under which the feed may show the notification: a CloudEvent gets another id if its own is taken. */
export const idsOf = ({ id, sourceHash }: Pick<Arrival, 'id' | 'sourceHash'>): string[] =>
  sourceHash === undefined ? [id] : [id, idBesideAnother(id, sourceHash)];

/** The publications of a commit. */
export interface PublishedIn {
  epoch: string;
  publications: readonly Publication[];
}

/** Adds to each notification of a batch where one of the commits published it. */
export function committedItems(
  items: readonly PlacedItem[],
  commits: readonly PublishedIn[],
): CommittedItem[] {
  const live = new Map<string, Published>();
  const gone = new Map<string, Published>();
  for (const { epoch, publications } of commits)
    for (const publication of publications) {
      const { offset, notification } = publication;
      const id = idOfPublication(publication);
      const position = { epoch, offset, id };
      if (notification) live.set(`${id} ${notification.createdAt}`, { position });
      else if (publication.gone === 'replaced') gone.set(id, { position, gone: publication.gone });
    }
  return items.map((placed): CommittedItem => {
    const { item } = placed;
    if (isRetraction(item) || isErasure(item)) return placed;
    const ids = idsOf(item);
    const [published] = [
      ...ids.flatMap((id) => live.get(`${id} ${item.createdAt}`) ?? []),
      ...ids.flatMap((id) => gone.get(id) ?? []),
    ];
    return published ? { ...placed, published } : placed;
  });
}
