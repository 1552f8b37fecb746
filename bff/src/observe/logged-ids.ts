import { idOfPublication, type Publication } from '@tocsin/contracts';

/** A log line must stay below the 64 KB that the Dapr CLI reads at most. */
const MAX_LOGGED_IDS = 200;

/** The ids of the publications as a log line may name them. */
export const loggedIds = (publications: readonly Publication[]): string[] =>
  publications.slice(0, MAX_LOGGED_IDS).map(idOfPublication);
