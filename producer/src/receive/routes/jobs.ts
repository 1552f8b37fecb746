import type { Router } from 'express';
import { jobRoutes as routesOf, type Logger, type OnRefused } from '@tocsin/service';
import { NotDueError, type Schedules } from '../../schedule/schedules.ts';

export interface JobRoutesOptions {
  schedules: Pick<Schedules, 'takeOver'>;
  onRefused: OnRefused;
  log: Logger;
}

/** Moves due jobs into the due window. Reads each job from the scheduler by name. */
export const jobRoutes = ({ schedules, onRefused, log }: JobRoutesOptions): Router =>
  routesOf({
    take: (name) => schedules.takeOver(name),
    unknown: 'The scheduler has no job with this name. Nothing was changed.',
    onRefused,
    onFailure(err, job) {
      if (err instanceof NotDueError) {
        log.info({ err }, 'a job was delivered too early; Dapr will redeliver it');
        return 'This job is not due yet. Nothing was changed. Deliver it when it is due.';
      }
      log.warn({ err, job }, 'cannot accept a job; Dapr will redeliver it');
      return 'This job could not be moved into the due window. Redeliver it.';
    },
  });
