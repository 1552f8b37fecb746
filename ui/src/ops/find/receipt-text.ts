import { isolate, type Receipts } from '@tocsin/contracts';
import type { OpsMessages } from '../messages/messages.ts';
import { formatTime } from '../numbers.ts';

/** The sentences about a notification's reader: the marks, then each fallback. */
export function receiptTexts({ reader, fallbacks }: Receipts, { find }: OpsMessages): string[] {
  const marks = reader && [
    find.readerHas(
      reader.archived
        ? find.archived
        : reader.snoozedUntil !== undefined
          ? find.snoozed(formatTime(Date.parse(reader.snoozedUntil)))
          : reader.read
            ? find.read
            : reader.seen
              ? find.seen
              : find.unseen,
    ),
  ];
  return [
    ...(marks ?? []),
    ...fallbacks.map(({ via, state, at, reason }) => {
      const text = find.fallback(isolate(via), find.states[state], formatTime(Date.parse(at)));
      return reason === undefined ? text : `${text} ${isolate(reason)}`;
    }),
  ];
}
