import { DOCUMENT_VERSION, type SetAside } from '@tocsin/contracts';
import type { SetAsideStore } from '../ports.ts';

interface SetAsideDependencies {
  setAside: Pick<SetAsideStore, 'add'>;
  events: { setAside(record: SetAside): void };
  now: () => number;
}

/** Sets aside what a turn cannot process, and reports it. Rejects if it may not be stored. */
export async function addSetAsideRecord(
  refused: Omit<SetAside, 'v' | 'at'>,
  { setAside, events, now }: SetAsideDependencies,
): Promise<void> {
  const record: SetAside = { v: DOCUMENT_VERSION, ...refused, at: new Date(now()).toISOString() };
  await setAside.add(record);
  events.setAside(record);
}
