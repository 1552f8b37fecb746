import type { NamedNotification, ScheduleList } from '@tocsin/contracts';
import type { OpsMessages } from '../messages/messages.ts';
import { formatCount } from '../numbers.ts';

/** Returns the list without notifications that have been retracted since the list was made. */
export function withoutRetracted(list: ScheduleList, retracted: readonly NamedNotification[]): ScheduleList {
  const isPending = ({ id, feed }: NamedNotification) =>
    !retracted.some((item) => item.id === id && item.feed === feed);
  const next = list.next.filter(isPending);
  return { ...list, next, count: list.count - (list.next.length - next.length) };
}

/** States the number of scheduled notifications and whether all are listed. `time` is when the list was made. */
export function summaryOf(
  { count, isComplete, next }: ScheduleList,
  time: string,
  texts: OpsMessages['scheduled'],
): string {
  if (!isComplete) return texts.partial(formatCount(count), time);
  if (count === 0) return texts.none(time);
  return count > next.length ? texts.next(formatCount(count), next.length, time) : texts.all(count, time);
}
