import type { Head } from '@tocsin/contracts';
import type { Activation } from './activation.ts';
import { keptItems } from './kept-items.ts';
import { prepareCommit, type CommitResult, type PreparedCommit } from './prepare-commit.ts';
import { broadcastsOf, confirm, eraseRetracted, deleteWithdrawn } from '../broadcast/confirm.ts';
import { DamagedSegmentError, LostDocumentError, TemporaryError, isDamageError } from '../errors.ts';
import { loadHead, type LoadedHead } from '../load/load-head.ts';
import type { FeedBatch } from '../../feed/commit/plan-commit.ts';
import type { Broadcast } from '../ports.ts';
import { refusedItem, type PlacedItem, type RefusedItem } from '../peek/check-items.ts';
import type { Progress } from '../claim/progress.ts';
import { lastDone, type CommittedItem, type TurnDependencies, type TurnsDependencies } from '../turn/turn.ts';

/** Entries `from` to `to` of a run in a partition. `items` contains each feed's items in order. */
export interface PartitionBatch {
  run: string;
  partition: number;
  from: number;
  to: number;
  items: ReadonlyMap<string, readonly PlacedItem[]>;
  traceparent?: string | undefined;
  traces: readonly string[];
}

interface FeedCommit {
  feed: string;
  activation: Activation;
  feedBatch: FeedBatch;
  prepared: PreparedCommit;
}

const REMEDY =
  "One of the feed's documents is damaged. Delete it from the state store, so that the feed starts over. Then put this record back.";

/**
 * Commits a batch to all feeds in it and broadcasts it. If a feed already has some of the entries, for example after a
 * crash, it only gets the missing entries. A damaged feed doesn't block other feeds: resolves with the damaged feeds'
 * items. Rejects when an outcome is unknown. Some feeds might have been committed by then; a retry commits the rest.
 */
export async function commitFeeds(
  batch: PartitionBatch,
  activationOf: (feed: string) => Activation,
  progress: Progress,
  dependencies: TurnsDependencies,
): Promise<RefusedItem[]> {
  const { log, broadcaster, onStep, events } = dependencies;
  const refused: RefusedItem[] = [];
  const erasures = new Map<string, number | undefined>();
  const plans = await settleAll(
    [...batch.items].map(async ([feed, items]) => {
      try {
        const limits = dependencies.limitsOf(feed);
        return await plan(feed, batch, activationOf(feed), progress, {
          ...{ ...dependencies, limits },
          onHead: ({ erasedAt }) => erasures.set(feed, erasedAt),
        });
      } catch (error) {
        if (!isDamageError(error)) throw error;
        const faults = [error.message, REMEDY];
        for (const { seq, index, item } of items)
          refused.push(refusedItem({ ...batch, seq }, index, item, 'invalid', faults));
        return undefined;
      }
    }),
  );
  const planned = plans.filter((feedPlan) => feedPlan !== undefined);
  if (planned.length > 0) await log.commit(planned.map(({ prepared }) => prepared.write));
  const committed = planned.map(({ prepared, ...feedCommit }) => ({
    ...feedCommit,
    ...prepared.recordWrite(),
  }));
  await onStep('committed');
  const messages = committed.flatMap((result) => broadcastsOfCommit(result, dependencies));
  if (messages.length > 0) await broadcaster.broadcast(messages);
  await onStep('broadcast');
  await settleAll(
    committed.map(async ({ feed, activation, loaded, commit }) => {
      await eraseRetracted(feed, commit.publications, dependencies.onErased);
      await deleteWithdrawn(feed, loaded.stored, dependencies);
      activation.confirm(loaded.stored);
      erasures.set(feed, loaded.stored.erasedAt);
    }),
  );
  const commits = new Map(committed.map((result) => [result.feed, result]));
  await dependencies.onItems?.(
    new Map(
      [...batch.items].map(([feed, items]) => [
        feed,
        keptItems(withPositions(items, commits.get(feed)), erasures.get(feed)),
      ]),
    ),
  );
  for (const { feed, feedBatch, commit } of committed) events.appended(feed, feedBatch, commit);
  return refused;
}

/**
 * Like `Promise.all`, but rejects only after all have settled. When a turn rejects, its feeds are released, so work
 * that is still running would disturb the feeds' next turn.
 */
async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/**
 * Adds positions to the notifications that this commit published, and drops notifications that it suppressed. Keeps
 * items that an earlier turn committed, because that turn might have been interrupted before it passed them to
 * `onItems`.
 */
const withPositions = (
  items: readonly PlacedItem[],
  committed: { feedBatch: FeedBatch; commit: CommitResult['commit'] } | undefined,
): CommittedItem[] =>
  items.flatMap((placed): CommittedItem[] => {
    if (!committed || placed.seq < committed.feedBatch.from || !('id' in placed.item)) return [placed];
    const { places, head } = committed.commit;
    const place = places.get(placed.item);
    if (!place) return [];
    const { offset, id } = place;
    const position = { epoch: head.epoch, offset, ...(id !== placed.item.id && { id }) };
    return [{ ...placed, position }];
  });

const broadcastsOfCommit = (
  { feed, loaded, commit }: CommitResult & { feed: string },
  { proofs }: Pick<TurnDependencies, 'proofs'>,
): Broadcast[] =>
  commit.publications.length > 0 || loaded.stored.erased
    ? broadcastsOf(feed, loaded.epoch, commit.publications, proofs)
    : [];

/** Plans the commit for the feed's part of the batch; `undefined` if the feed already has it. */
async function plan(
  feed: string,
  batch: PartitionBatch,
  activation: Activation,
  progress: Progress,
  dependencies: TurnDependencies & { onHead: (head: Head) => void },
): Promise<FeedCommit | undefined> {
  for (let lost: string | undefined; ;) {
    try {
      const loaded = await load(feed, activation, progress, lost, dependencies);
      dependencies.onHead(loaded.stored);
      const { run, partition, from, to, traceparent, traces } = batch;
      const before = lastDone(loaded, run) ?? 0;
      const items = (batch.items.get(feed) ?? []).flatMap(({ seq, item }) => (seq > before ? [item] : []));
      if (before >= to || items.length === 0) return undefined;
      const feedBatch = { run, partition, from: Math.max(from, before + 1), to, items, traceparent, traces };
      return {
        ...{ feed, activation, feedBatch },
        prepared: await prepareCommit(feed, loaded, feedBatch, activation, dependencies),
      };
    } catch (error) {
      if (!(error instanceof LostDocumentError) || lost === error.key) throw error;
      lost = error.key;
    }
  }
}

/**
 * Loads the head to build on, and broadcasts the head's unconfirmed publications unless the partition's checkpoint
 * shows that this was already done.
 */
async function load(
  feed: string,
  activation: Activation,
  progress: Progress,
  lostDocument: string | undefined,
  dependencies: TurnDependencies,
): Promise<LoadedHead> {
  const loaded = await loadHead(feed, { lostDocument }, dependencies);
  if (loaded.loss) {
    // If the store also lost the partition's checkpoint, the turn must start over.
    if (await progress.reload())
      throw new TemporaryError(`the store lost part of ${feed} and of the partition's progress`);
  }
  const { stored, beginsEpoch } = loaded;
  if (beginsEpoch) await deleteWithdrawn(feed, stored, dependencies);
  else if (wereBroadcast(stored, progress)) activation.confirm(stored);
  else await confirm(feed, stored, activation, dependencies).catch(stopForDamagedSegment);
  return loaded;
}

/**
 * Makes the turn fail if a segment of an unconfirmed commit is damaged. Otherwise, the turn would set the feed's items
 * aside and go on. The partition's checkpoint would then show the commit as broadcast, and its deletions would be
 * skipped.
 */
function stopForDamagedSegment(error: unknown): never {
  if (!(error instanceof DamagedSegmentError)) throw error;
  throw new TemporaryError(error.message, { cause: error });
}

/** Whether the checkpoint shows that all of the head's unconfirmed publications were broadcast. */
const wereBroadcast = ({ unconfirmed }: Head, progress: Progress): boolean =>
  unconfirmed.length > 0 && unconfirmed.every((range) => progress.isStored(range.run, range.to));
