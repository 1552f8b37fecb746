import {
  idsDocumentSchema,
  isErasure,
  type Head,
  type IdsReference,
  type Publication,
} from '@tocsin/contracts';
import { randomId } from '@tocsin/service/random-id';
import { keptIds, keptSegments } from '../../feed/history/history.ts';
import { HistoryIndex } from '../../feed/history/history-index.ts';
import { decodeIds } from '../../feed/ids.ts';
import type { FeedLimits } from '../../feed/limits.ts';
import { planCommit, type Commit, type FeedBatch } from '../../feed/commit/plan-commit.ts';
import { isHigher, newErasedEpoch } from '../../feed/position.ts';
import type { Activation } from './activation.ts';
import { LostDocumentError, TemporaryError } from '../errors.ts';
import type { HighWaterMarks } from '../load/high-water-marks.ts';
import type { LoadedHead } from '../load/load-head.ts';
import type { FeedLog, HeadWrite } from '../ports.ts';
import { readSegments } from '../load/read-segments.ts';

export interface CommitDependencies {
  log: FeedLog;
  marks: HighWaterMarks;
  limits: FeedLimits;
  now: () => number;
  /** Called with the keys of documents that no head references anymore, for later removal. */
  retire: (keys: readonly string[]) => void;
}

export interface CommitResult {
  loaded: LoadedHead;
  commit: Commit;
}

export interface PreparedCommit {
  write: HeadWrite;
  /** Call once the write has succeeded. */
  recordWrite: () => CommitResult;
}

/**
 * Commits a batch on top of the loaded head. Without a batch, only starts the epoch. Rejects if the store refused the
 * head or the outcome is unknown; the turn must then start over.
 */
export async function commit(
  feed: string,
  loaded: LoadedHead,
  batch: FeedBatch | undefined,
  activation: Activation,
  dependencies: CommitDependencies,
): Promise<CommitResult> {
  const { write, recordWrite } = await prepareCommit(feed, loaded, batch, activation, dependencies);
  await dependencies.log.commit([write]);
  return recordWrite();
}

/** Plans a commit on top of the loaded head. Doesn't write anything. */
export async function prepareCommit(
  feed: string,
  loaded: LoadedHead,
  batch: FeedBatch | undefined,
  activation: Activation,
  dependencies: CommitDependencies,
): Promise<PreparedCommit> {
  const { log, marks, limits, now, retire } = dependencies;
  // An erasure forgets all ids, so don't read the documents that store the ids. The erasure must succeed even if these
  // documents are damaged.
  const erases = batch?.items.some(isErasure) ?? false;
  if (!erases) await recallIds(loaded, activation, dependencies);
  const remembered = erases
    ? { retractions: [], unwritten: new Set<string>() }
    : await recallRetractions(loaded, activation, dependencies);
  const planned = await planCommit({
    feed,
    base: loaded.base,
    stored: loaded.stored,
    epoch: loaded.epoch,
    nextEpoch: () => newErasedEpoch(now(), loaded.epoch, marks.of(feed)?.epoch),
    writes: loaded.etag,
    batch,
    known: activation.known,
    ...remembered,
    retracted: activation.retracted,
    limits,
    now: now(),
    unique: () => randomId(8, 'base64url'),
    contentOf: (key) => contentOf(key, activation, log),
    index: () => indexOf(loaded.base, activation, dependencies),
  });
  // Recheck the high-water mark: if it has risen above the loaded head, the head is stale or was rolled back.
  if (!loaded.beginsEpoch && isHigher(marks.of(feed), loaded.base)) {
    throw new TemporaryError(`the head of ${feed} is below its high-water mark`);
  }
  const { head, documents } = planned;
  return {
    write: { feed, head, etag: loaded.etag, documents },
    recordWrite: () => {
      marks.raise(feed, head);
      activation.adopt(planned, loaded.base);
      retire(planned.retired);
      return {
        loaded: { base: head, epoch: head.epoch, beginsEpoch: false, stored: head, etag: loaded.etag + 1 },
        commit: planned,
      };
    },
  };
}

/** Loads the base's remembered ids into the activation. A new epoch starts without any. */
async function recallIds(
  { base }: LoadedHead,
  { known }: Activation,
  { log, limits, now }: CommitDependencies,
): Promise<void> {
  const references = keptIds(base?.ids ?? [], limits, now());
  const missing = known.missingKeys(references);
  const documents = missing.length > 0 ? await log.readDocuments(missing) : [];
  const added = missing.map((key, index) => {
    if (documents[index] === undefined) throw new LostDocumentError(key);
    return [key, decodeIds(idsDocumentSchema.parse(documents[index]))] as const;
  });
  known.replace(references, new Map(added));
}

/**
 * Loads the retracted ids into the activation. Returns the references to their documents, and the hashes of ids that
 * are in no document. An id retracted in a lost epoch carries over if its document still exists or this activation
 * remembers the id.
 */
async function recallRetractions(
  { base, stored, beginsEpoch }: LoadedHead,
  { retracted, unwritten }: Activation,
  { log, limits, now }: CommitDependencies,
): Promise<{ retractions: IdsReference[]; unwritten: ReadonlySet<string> }> {
  if (beginsEpoch) for (const hash of retracted.all) unwritten.add(hash);
  const references = keptIds((base ?? stored).retractions ?? [], limits, now());
  const missing = retracted.missingKeys(references);
  const documents = missing.length > 0 ? await log.readDocuments(missing) : [];
  const lost = missing.filter((_, index) => documents[index] === undefined);
  if (lost[0] !== undefined && !beginsEpoch) throw new LostDocumentError(lost[0]);
  const added = missing.flatMap((key, index) =>
    documents[index] === undefined
      ? []
      : [[key, decodeIds(idsDocumentSchema.parse(documents[index]))] as const],
  );
  const retractions = references.filter(({ key }) => !lost.includes(key));
  retracted.replace(retractions, new Map(added));
  for (const hash of unwritten) if (retracted.has(hash)) unwritten.delete(hash);
  return { retractions, unwritten };
}

async function indexOf(
  base: Head | undefined,
  activation: Activation,
  { log, limits, now }: CommitDependencies,
): Promise<HistoryIndex> {
  const cached = base && activation.indexOf(base);
  if (cached) return cached;
  const index = new HistoryIndex();
  for (const { key } of base ? keptSegments(base.segments, limits, now()) : []) {
    const publications = activation.segments.get(key) ?? (await readSegments(log, [key]))[0] ?? [];
    for (const publication of publications) if (publication.notification) index.add(publication);
  }
  if (base) activation.cacheIndex(base, index);
  return index;
}

async function contentOf(
  key: string,
  { segments }: Activation,
  log: FeedLog,
): Promise<readonly Publication[]> {
  const cached = segments.get(key);
  if (cached) return cached;
  const [content = []] = await readSegments(log, [key]);
  segments.set(key, content);
  return content;
}
