import type { Position } from '@tocsin/contracts';
import type { PositionStore } from '../types.ts';

/** Stores positions until the process ends. */
export function memoryPositions(): PositionStore {
  const positions = new Map<string, Position>();
  return {
    get: (feed) => positions.get(feed),
    set: (feed, position) => {
      positions.set(feed, position);
    },
  };
}
