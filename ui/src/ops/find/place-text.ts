import { isolate, type FindPlace, type FoundPlace } from '@tocsin/contracts';
import type { OpsMessages } from '../messages/messages.ts';
import { formatTime } from '../numbers.ts';

export function placeText(found: FoundPlace, { find, setAside }: OpsMessages): string {
  switch (found.place) {
    case 'recorded':
      return find.recorded(found.offset, formatTime(Date.parse(found.createdAt)));
    case 'gone': {
      const reasons = {
        replaced: find.replaced,
        expired: find.expired,
        retracted: find.retractedReason,
      };
      return find.gone(found.offset, reasons[found.reason]);
    }
    case 'forgotten':
      return find.forgotten;
    case 'retracted':
      return find.retracted;
    case 'waiting':
      return find.waiting(isolate(found.entry));
    case 'setAside':
      return find.setAside(isolate(found.entry), setAside[found.reason]);
    case 'scheduled':
      return find.scheduled(formatTime(Date.parse(found.at)));
  }
}

export function placeNames(places: readonly FindPlace[], { find }: OpsMessages): string {
  const names: Record<FindPlace, string> = {
    feed: find.placeFeed,
    entries: find.placeEntries,
    setAside: find.placeSetAside,
    schedules: find.placeSchedules,
  };
  return places.map((place) => names[place]).join(', ');
}
