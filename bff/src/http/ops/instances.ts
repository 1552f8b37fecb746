import type { Instances, OpsHistory } from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, type Logger } from '@tocsin/service';
import { Router } from 'express';
import type { InstanceBoard, PastHourStore } from '../../ops/ports.ts';
import { reportUnavailable } from './unavailable.ts';

export interface InstanceRoutesOptions {
  board: InstanceBoard;
  past: PastHourStore;
  now: () => number;
  log: Logger;
}

/**
 * `GET /instances`: all instances' latest metrics, sorted by name. `GET /history`: all instances' metrics for the past
 * hour.
 */
export function instanceRoutes({ board, past, now, log }: InstanceRoutesOptions): Router {
  const router = Router();
  const sortedList =
    <T extends { instance: string }>(read: () => Promise<T[]>) =>
    async (): Promise<{ at: string; instances: T[] }> => {
      const instances = (await read()).sort((a, b) => (a.instance < b.instance ? -1 : 1));
      return { at: new Date(now()).toISOString(), instances };
    };
  const lists: Record<string, () => Promise<Instances | OpsHistory>> = {
    '/instances': sortedList(() => board.read()),
    '/history': sortedList(() => past.read()),
  };
  for (const [path, readList] of Object.entries(lists)) {
    router
      .route(path)
      .get(allowParameters(), async (_request, response) => {
        try {
          response.set('Cache-Control', 'no-store').json(await readList());
        } catch (error) {
          const detail = 'The instance metrics cannot be read right now. Try again.';
          reportUnavailable(response, log, { error, detail });
        }
      })
      .all(methodNotAllowed('GET', 'HEAD'));
  }
  return router;
}
