import { fetchMutes } from '@tocsin/client';
import type { Mutes } from '@tocsin/contracts';
import { useSource } from '../source.ts';

/** Fetches the mutes from an older server that has no other preferences. */
export const fetchOldMutes = (): Promise<Mutes> => useSource().call(fetchMutes);
