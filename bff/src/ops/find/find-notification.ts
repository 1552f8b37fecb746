import type { FindPlace, FoundNotification, FoundPlace, NamedNotification } from '@tocsin/contracts';

/**
 * Searches for a notification in one place, such as the set-aside records. `isComplete` is true if the place was
 * searched to the end or enough was found. Rejects if the place doesn't respond.
 */
export type SearchPlace = (
  notification: NamedNotification,
) => Promise<{ found: readonly FoundPlace[]; isComplete: boolean }>;

/** Searches all places in parallel. Places that don't respond count as unsearched. */
export async function findNotification(
  notification: NamedNotification,
  places: Readonly<Record<FindPlace, SearchPlace | undefined>>,
  onError: (place: string, error: unknown) => void,
): Promise<FoundNotification> {
  const names = Object.keys(places) as FindPlace[];
  const results = await Promise.all(
    names.map(async (place) => {
      try {
        return (await places[place]?.(notification)) ?? { found: [], isComplete: false };
      } catch (error) {
        onError(place, error);
        return { found: [], isComplete: false };
      }
    }),
  );
  return {
    ...notification,
    found: results.flatMap(({ found }) => found),
    unsearched: names.filter((_, n) => results[n]?.isComplete === false),
  };
}
