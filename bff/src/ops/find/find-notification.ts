import type { FindPlace, FoundNotification, FoundPlace, NamedNotification } from '@tocsin/contracts';

/** Searches one place; `isComplete` is true if it was searched to its end. Rejects if the place does not answer. */
export type FindIn = (
  named: NamedNotification,
) => Promise<{ found: readonly FoundPlace[]; isComplete: boolean }>;

/** Searches all places at once. A place that does not answer counts as not searched. */
export async function findNotification(
  named: NamedNotification,
  places: Readonly<Record<FindPlace, FindIn | undefined>>,
  onError: (place: string, error: unknown) => void,
): Promise<FoundNotification> {
  const names = Object.keys(places) as FindPlace[];
  const results = await Promise.all(
    names.map(async (place) => {
      try {
        return (await places[place]?.(named)) ?? { found: [], isComplete: false };
      } catch (error) {
        onError(place, error);
        return { found: [], isComplete: false };
      }
    }),
  );
  return {
    ...named,
    found: results.flatMap(({ found }) => found),
    unsearched: names.filter((_, n) => results[n]?.isComplete === false),
  };
}
