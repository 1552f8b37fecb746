import type { Linked } from './fetch-linked.ts';

/** Random because all readers of a notification may ask at the same time when it is gone. */
const pauseMs = (): number => 5_000 + 25_000 * Math.random();

/** Asks until the server answers, as long as the answer is wanted. */
export async function untilAnswered(ask: () => Promise<Linked>, isWanted: () => boolean): Promise<void> {
  while (isWanted() && (await ask()).state === 'failed')
    await new Promise((resolve) => setTimeout(resolve, pauseMs()));
}
