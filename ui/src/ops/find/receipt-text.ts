import { isolate, type Receipts } from '@tocsin/contracts';
import type { OpsMessages } from '../messages/messages.ts';
import { formatTime } from '../numbers.ts';

/** Describes a notification's receipts: the reader's marks or the counts, then each fallback. */
export function receiptTexts({ reader, readers, fallbacks }: Receipts, { find }: OpsMessages): string[] {
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
              : reader.delivered
                ? find.delivered
                : find.unseen,
    ),
  ];
  return [
    ...(marks ?? []),
    ...(readers ? [find.counts(readers)] : []),
    ...fallbacks.map(({ via, state, at, reason }) => {
      const text = find.fallback(isolate(via), find.states[state], formatTime(Date.parse(at)));
      return reason === undefined ? text : `${text} ${isolate(reason)}`;
    }),
  ];
}
