import type { Position } from '@tocsin/contracts';
import type { PositionStore } from '../types.ts';

/** Keeps positions as long as the process lives. */
export function memoryPositions(): PositionStore {
  const positions = new Map<string, Position>();
  return {
    get: (feed) => positions.get(feed),
    set: (feed, position) => {
      positions.set(feed, position);
    },
  };
}
