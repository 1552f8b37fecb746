import { unsentQuerySchema, type UnsentFallback, type UnsentName } from '@tocsin/contracts';
import type { SendResult } from '../../src/away/channels/channel.ts';
import { awayKey, hashOfReader, type AwayDocument } from '../../src/away/fallbacks/document.ts';
import type { Fallbacks } from '../../src/away/fallbacks/fallbacks.ts';
import { READER, after, arrival, deployment, itemsOf, pass } from './deployment.ts';

export const REFUSED: SendResult = { outcome: 'refused', reason: 'no such user' };
export const KEY = awayKey(hashOfReader(READER));

/** Returns the fallbacks in the list of unsent fallbacks. */
export const listOf = async ({ unsent }: Fallbacks): Promise<UnsentFallback[]> =>
  (await unsent.list(unsentQuerySchema.parse({}))).fallbacks;
export const namesIn = async (fallbacks: Fallbacks): Promise<UnsentName[]> =>
  (await listOf(fallbacks)).map(({ outcome: _, reason: _reason, ...name }) => name);

/**
 * Creates a deployment with unsent fallbacks for these notifications. The channel refused them or, if `results` is
 * given, returned these results.
 */
export async function deploymentWithUnsent(
  ids: string[],
  results: SendResult[] = ids.map(() => REFUSED),
  windowMs = 0,
) {
  const all = deployment({ windowMs });
  const instance = all.instance();
  for (const id of ids) {
    all.presetResults.push(...results.splice(0, 1));
    await instance.fallbacks.committed(itemsOf(arrival(id, after('PT1S'))));
    await pass(2_000 + windowMs);
  }
  instance.set.mockClear();
  const readDocument = async () => (await all.store.read(KEY))?.value as AwayDocument;
  return { ...all, ...instance, readDocument, names: await namesIn(instance.fallbacks) };
}
