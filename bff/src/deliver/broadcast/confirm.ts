import {
  entryKey,
  withdrawnDocumentSchema,
  MAX_PAGE_PUBLICATIONS,
  type Head,
  type Publication,
  type Unconfirmed,
} from '@tocsin/contracts';
import { keptSegments } from '../../feed/history/history.ts';
import type { FeedLimits } from '../../feed/limits.ts';
import { splitWithin, MAX_CONTENT_BYTES, sizeInList } from '../../feed/present.ts';
import type { Activation } from '../append/activation.ts';
import {
  positionOf,
  type Broadcast,
  type Broadcaster,
  type Entries,
  type FeedLog,
  type OnErased,
  type PositionProofs,
  type OnStep,
} from '../ports.ts';
import { readRange } from '../load/read-segments.ts';
import { popRange } from '../claim/pop-range.ts';

export interface ConfirmDependencies {
  log: FeedLog;
  entries: Entries;
  broadcaster: Broadcaster;
  proofs: PositionProofs;
  onStep: OnStep;
  onErased: OnErased;
  limits: FeedLimits;
  now: () => number;
}

const REMOVALS_AT_ONCE = 100;
/**
 * An erasure whose head references no list of withdrawn documents counts as finished after this time (ms). Such heads
 * are from versions such as 0.1.0, which wrote no list if the erased feed had no documents. The head therefore doesn't
 * show whether the erasure was finished. If the instance crashed before it finished the erasure, the announcement is
 * redelivered within seconds after an instance starts.
 */
const UNFINISHED_MS = 60 * 60 * 1000;

/**
 * Pops `head`'s unconfirmed entries and broadcasts their publications, unless this activation knows that both are done.
 * Both are safe to repeat after a crash: popping an entry again is a no-op, and browsers recognize publications by
 * offset. Then deletes documents with content that the commit removed, and copies of retracted or erased content.
 * Rejects if an outcome is unknown. In that case, don't commit anything on top of this head.
 */
export async function confirm(
  feed: string,
  head: Head,
  activation: Activation,
  dependencies: ConfirmDependencies,
): Promise<void> {
  if (activation.isConfirmed(head)) return;
  for (const range of head.unconfirmed) {
    // Pops only version 0.1.0 entries, which belong to a single feed. A partition's entries are popped once all feeds
    // have been committed.
    const keyOf = (seq: number) => entryKey({ run: range.run, feed, seq });
    await popRange(dependencies.entries, keyOf, range.from, range.to);
    await dependencies.onStep('popped');
    await broadcastAll(feed, head, range, activation, dependencies);
    await dependencies.onStep('broadcast');
  }
  await deleteWithdrawn(feed, head, dependencies);
  activation.confirm(head);
}

/**
 * If an erasure wrote the head, deletes everything that the erasure covers. Then deletes the documents that the head
 * lists as withdrawn, and finally the list. If the list is missing, all of this has already been deleted, and anything
 * that the reader has stored since then must stay.
 */
export async function deleteWithdrawn(
  feed: string,
  head: Head,
  { log, onErased, now }: Pick<ConfirmDependencies, 'log' | 'onErased' | 'now'>,
): Promise<void> {
  const { withdrawn, erased, erasedAt } = head;
  const before = erasedAt ?? now();
  if (withdrawn === undefined) {
    if (erased && mayBeUnfinished(head, now())) await onErased({ feed, before });
    return;
  }
  const readList = async () => (await log.readDocuments([withdrawn]))[0];
  const list = await readList();
  if (list === undefined) return;
  if (erased) await onErased({ feed, before }, async () => (await readList()) !== undefined);
  const { keys } = withdrawnDocumentSchema.parse(list);
  for (let start = 0; start < keys.length; start += REMOVALS_AT_ONCE) {
    await log.removeDocuments(keys.slice(start, start + REMOVALS_AT_ONCE));
  }
  await log.removeDocuments([withdrawn]);
}

/** Whether an erasure without a list of withdrawn documents is so recent that its deletions might not be finished. */
const mayBeUnfinished = ({ unconfirmed, producers }: Head, now: number): boolean =>
  unconfirmed.some(({ run }) => now - (producers[run]?.[1] ?? 0) < UNFINISHED_MS);

async function broadcastAll(
  feed: string,
  head: Head,
  { first, last }: Unconfirmed,
  activation: Activation,
  { log, broadcaster, proofs, limits, now, onErased }: ConfirmDependencies,
): Promise<void> {
  if (last < first) {
    // Announce the new epoch without publications: browsers have no other sign of the erasure.
    if (head.erased) await broadcaster.broadcast(broadcastsOf(feed, head.epoch, [], proofs));
    return;
  }
  const segments = keptSegments(head.segments, limits, now());
  const publications: readonly Publication[] =
    activation.publicationsOf(head) ?? (await readRange(log, segments, first, last));
  for (const event of broadcastsOf(feed, head.epoch, publications, proofs))
    await broadcaster.broadcast([event]);
  await eraseRetracted(feed, publications, onErased);
}

export async function eraseRetracted(
  feed: string,
  publications: readonly Publication[],
  onErased: OnErased,
): Promise<void> {
  const ids = publications.flatMap((publication) =>
    publication.notification === null && publication.gone === 'retracted' ? [publication.id] : [],
  );
  if (ids.length > 0) await onErased({ feed, ids });
}

/**
 * Splits consecutive publications into size-limited broadcasts. Without publications, returns a single broadcast with
 * just the epoch.
 */
export function broadcastsOf(
  feed: string,
  epoch: string,
  publications: readonly Publication[],
  proofs: PositionProofs,
): Broadcast[] {
  const parts =
    publications.length === 0
      ? [[]]
      : splitWithin(publications, MAX_PAGE_PUBLICATIONS, MAX_CONTENT_BYTES, sizeInList);
  return parts.map((part) => {
    const event = { feed, epoch, publications: part };
    return { ...event, proof: proofs.of(feed, positionOf(event)) };
  });
}
