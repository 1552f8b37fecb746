import { fetchMutes } from '@tocsin/client';
import type { Mutes } from '@tocsin/contracts';
import { useSource } from '../source.ts';

/** Fetches the mutes from a server of an old version, which has no other preferences. */
export const fetchOldMutes = (): Promise<Mutes> => useSource().ask(fetchMutes);
