import { scheduleFoundSchema } from '@tocsin/contracts';
import type { Operate } from '../ports.ts';
import type { SearchPlace } from './find-notification.ts';

/** Asks the producer whether a notification is scheduled. */
export const createFindSchedule =
  (operate: Operate): SearchPlace =>
  async ({ id, feed }) => {
    const { body } = await operate({ do: 'find-schedule', id, feed });
    const { at } = scheduleFoundSchema.parse(body);
    const found = at === null ? [] : [{ place: 'scheduled' as const, at: new Date(at).toISOString() }];
    return { found, isComplete: true };
  };
