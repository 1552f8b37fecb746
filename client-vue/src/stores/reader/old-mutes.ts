import { fetchMutes } from '@tocsin/client';
import type { Mutes } from '@tocsin/contracts';
import { useSource } from '../source.ts';

/** The mutes from an old server that has no other preferences. */
export const fetchOldMutes = (): Promise<Mutes> => useSource().ask(fetchMutes);
