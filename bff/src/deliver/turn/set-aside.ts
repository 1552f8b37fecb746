import { DOCUMENT_VERSION, type SetAside } from '@tocsin/contracts';
import type { SetAsideStore } from '../ports.ts';

interface SetAsideDependencies {
  setAside: Pick<SetAsideStore, 'add'>;
  events: { setAside(record: SetAside): void };
  now: () => number;
}

/** Sets aside content that a turn cannot process, and reports it. Rejects if the write might not have succeeded. */
export async function addSetAsideRecord(
  refused: Omit<SetAside, 'v' | 'at'>,
  { setAside, events, now }: SetAsideDependencies,
): Promise<void> {
  const record: SetAside = { v: DOCUMENT_VERSION, ...refused, at: new Date(now()).toISOString() };
  await setAside.add(record);
  events.setAside(record);
}
