import { parseDateTime, type UnsentName, type UnsentResult } from '@tocsin/contracts';
import type { DecisionInput } from '../decide/decide.ts';
import { nameOf, type AwayDocument, type Receipt, type Waiting } from '../document.ts';
import { MAX_WAITING } from '../register.ts';
import { isUnsent } from './unsent-receipts.ts';

/** A reader's changed document, the number of closed fallbacks, and the fallbacks that couldn't be closed. */
export interface CloseResult {
  document: AwayDocument;
  done: number;
  failed: UnsentResult['failed'];
}

type Fault = Pick<UnsentResult['failed'][number], 'code' | 'detail'>;
type Step = Waiting['steps'][number];

export const NOT_FOUND: Fault = { code: 'not_found', detail: 'The unsent fallback was not found.' };

/**
 * Puts unsent fallbacks back into the queue, due at `now`. The content is read from the feed. Safe to repeat: fallbacks
 * that were already resent don't change. If a fallback for the same notification and channel is already due or being
 * sent, no second message is sent.
 */
export function sendAgain(
  document: AwayDocument,
  names: readonly UnsentName[],
  { now, rulesOf }: { now: number; rulesOf: DecisionInput['rulesOf'] },
): CloseResult {
  const waiting = new Map(document.waiting.map((one) => [nameOf(one), one]));
  const result = close(document, names, {
    ...{ now, as: 'sent-again' },
    onFound: ({ id, createdAt, via, unless = 'read', sourceHash, publishedId }) => {
      const rules = rulesOf(via);
      if (!rules) return { code: 'no_channel', detail: `There is no ${via} channel.` };
      const name = nameOf({ id, createdAt });
      const before = waiting.get(name);
      if (!before && waiting.size >= MAX_WAITING) {
        const detail = `The reader already has ${MAX_WAITING} notifications waiting.`;
        return { code: 'full', detail };
      }
      // Backdate the step, so that it skips the channel's batching delay.
      const step: Step = { via, unless, at: Math.max(0, now - rules.windowMs) };
      const one = before ?? {
        ...{ id, createdAt, steps: [] },
        ...(sourceHash !== undefined && { sourceHash }),
        ...(publishedId !== undefined && { publishedId }),
      };
      const isDue = one.steps.some((other) => other.via === via && other.at <= now);
      const isSending = document.sending.some(
        (message) => message.via === via && message.items.some((item) => nameOf(item) === name),
      );
      if (!isDue && !isSending) waiting.set(name, { ...one, steps: [...one.steps, step] });
      return undefined;
    },
  });
  if (result.document === document) return result;
  return { ...result, document: { ...result.document, waiting: [...waiting.values()] } };
}

/** Removes unsent fallbacks from the list but keeps the receipts. */
export const dismiss = (
  document: AwayDocument,
  names: readonly UnsentName[],
  { now }: { now: number },
): CloseResult => close(document, names, { now, as: 'dismissed', onFound: () => undefined });

interface CloseOptions {
  now: number;
  as: NonNullable<Receipt['closed']>;
  /** Returns why the fallback must stay unsent, or `undefined` if it can be closed. */
  onFound: (receipt: Receipt) => Fault | undefined;
}

/** Closes the named fallbacks by marking their receipts. Returns the same document if there is no change. */
function close(
  document: AwayDocument,
  names: readonly UnsentName[],
  { now, as, onFound }: CloseOptions,
): CloseResult {
  const failed: CloseResult['failed'] = [];
  const closed = new Set<Receipt>();
  let done = 0;
  for (const name of names) {
    const matching = document.receipts.filter((receipt) => isNamed(receipt, name));
    const found = matching.filter((receipt) => isUnsent(receipt, now) && !closed.has(receipt));
    const [first] = found;
    if (!first && !matching.some((receipt) => receipt.closed === as || closed.has(receipt))) {
      failed.push({ ...name, ...NOT_FOUND });
      continue;
    }
    const fault = first && onFound(first);
    if (fault) {
      failed.push({ ...name, ...fault });
      continue;
    }
    done++;
    for (const receipt of found) closed.add(receipt);
  }
  if (closed.size === 0) return { document, done, failed };
  const receipts = document.receipts.map((receipt) =>
    closed.has(receipt) ? { ...receipt, closed: as } : receipt,
  );
  return { document: { ...document, receipts }, done, failed };
}

const isNamed = (receipt: Receipt, { id, createdAt, via, at }: UnsentName): boolean =>
  receipt.id === id &&
  receipt.createdAt === createdAt &&
  receipt.via === via &&
  receipt.at === parseDateTime(at);
