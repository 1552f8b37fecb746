import { idOfPublication, type Head, type LivePublication, type Page, type Segment } from '@tocsin/contracts';
import { firstOffset } from '../../../src/feed/history/history.ts';
import type { WalkClient } from '../world/clients.ts';
import { partsOfEntry, type Report } from './report.ts';
import type { World } from '../world/world.ts';

/**
 * Checks a walk once all activity has ended. `read` contains, for each instance, the pages of the history that it
 * serves.
 */
export function checkEnd(world: World, report: Report, read: readonly Page[][]): void {
  const addViolation = (kind: string, text: string) => report.violation(kind, text);
  const { store, checker, callers, clients, limits, clock } = world;
  if (store.stream.length > 0 || store.dead.length > 0 || callers.some(({ ids }) => ids)) {
    addViolation('STALL', `stream ${store.stream.length}, dead letters ${store.dead.length}`);
  }
  const head = store.head?.head;
  if (!head) return addViolation('STALL', 'no head');
  const floor = firstOffset(head, limits, clock);
  const historySegments = head.segments.filter(({ last }) => last >= floor);
  const segments = historySegments.map(({ key }) => store.documents.get(key) as Segment | undefined);
  if (!segments.every((segment) => segment !== undefined))
    return addViolation('HISTORY-GAP', 'a segment is gone');
  const log = segments.flatMap(({ publications }) => publications) as LivePublication[];
  const ids = checkLog(world, head, log, report);
  if (new Set(ids).size !== ids.length) addViolation('TWICE', ids.join());
  checkLost(world, new Set(ids), head.epoch, report);
  checkOrder(world, ids, report);
  const history = log.filter(({ offset }) => offset >= floor);
  if (!checker.hadUnknownRollback) for (const pages of read) checkRead(pages, history, report);
  checker.checkEnd(head);
  for (const [index, client] of clients.entries()) {
    const { position } = client.merge;
    if (position?.epoch !== head.epoch || position.offset !== head.offset) {
      addViolation(
        'CLIENT-BEHIND',
        `${index} ${JSON.stringify(position)}, head ${head.epoch}:${head.offset}`,
      );
    } else if (!checker.hadUnknownRollback) checkView(world, index, client, ids, report);
  }
}

/** Checks that the log has no gaps, matches the commits, and contains the entire history. Returns the epoch's ids. */
function checkLog(world: World, head: Head, log: readonly LivePublication[], report: Report): string[] {
  const { checker, limits, clock } = world;
  const first = log[0]?.offset ?? head.offset + 1;
  const ids: string[] = [];
  for (let offset = 1; offset <= head.offset; offset++) {
    const place = `${head.epoch}:${offset}`;
    const committed = checker.committedIds.get(place) ?? new Set();
    const isHistory =
      head.offset - offset < limits.historyMax &&
      (checker.committedAt.get(place) ?? 0) + limits.historyTtlMs > clock;
    const publication = log[offset - first];
    const id = publication ? idOfPublication(publication) : [...committed].at(-1);
    if (id === undefined || !committed.has(id)) report.violation('LOG-DIFFERS', `${place} ${id}`);
    else ids.push(id);
    if (offset < first && isHistory)
      report.violation('HISTORY-SHORT', `begins at ${first}, not at ${offset}`);
    if (publication && publication.offset !== offset) report.violation('OFFSET-GAP', `at ${offset}`);
  }
  if (first + log.length !== head.offset + 1) report.violation('OFFSET-GAP', `${log.length} from ${first}`);
  return ids;
}

/**
 * Checks that a client showed publications in the log's order. If the client had no gap, also checks that it showed all
 * publications after its first position.
 */
function checkView(world: World, index: number, client: WalkClient, ids: string[], report: Report): void {
  const { epoch } = world.store.head?.head ?? {};
  const shownInLog = client.shown.filter((id) => ids.includes(id));
  const inOrder = ids.filter((id) => shownInLog.includes(id));
  if (!world.storeLost && shownInLog.join() !== inOrder.join()) {
    report.violation('VIEW-ORDER', `${index} ${shownInLog.join()} not ${inOrder.join()}`);
  }
  if (client.gaps > 0 || client.from?.epoch !== epoch) return;
  // Ignore expiring notifications: the client might have shown them or not.
  const neverExpires = (id: string) => !world.expiresAtById.has(id);
  const expected = ids.slice(client.from?.offset).filter(neverExpires);
  const shown = client.shown.filter(neverExpires);
  if (shown.join() !== expected.join()) {
    report.violation('CLIENT-VIEW', `${index} ${shown.join()} not ${expected.join()}`);
  }
}

/** Checks that the log contains all accepted notifications, except for losses that a fault explains. */
function checkLost(world: World, present: Set<string>, epoch: string, report: Report): void {
  const { checker, producers, storeLost, runsWithLostAnnouncement, expiredUncommitted } = world;
  for (const [id, { entry, epoch: acceptedIn }] of checker.accepted) {
    if (present.has(id)) continue;
    const { run, seq } = partsOfEntry(entry);
    const wasProcessed = (checker.processed.get(run) ?? 0) >= seq;
    const wasReportedMissing = [...(checker.entriesWithId.get(id) ?? [])].some((entryWithId) =>
      [...checker.setAside].some((missing) => isAtOrAfter(missing, entryWithId)),
    );
    if (!world.segmentLost && checker.isLeftBehind(run, seq))
      report.violation('LEFT-BEHIND', `${id} of ${entry}`);
    else if (runsWithLostAnnouncement.has(run) && !wasProcessed)
      report.count('lost because all its announcements were lost');
    else if (runsWithLostAnnouncement.has(run) && expiredUncommitted.has(entry))
      report.count('expired before it was committed, after announcements were lost');
    else if (!storeLost) report.violation('LOST', `${id} of ${entry}`);
    else if (acceptedIn !== epoch) report.count('lost because it was accepted in another epoch');
    else if (wasReportedMissing) report.count('lost with the store, and reported as missing');
    else if (checker.hadUnknownRollback) report.count('lost in a rollback unknown to all running processes');
    else if (!producers.some((producer) => producer.run === run))
      report.count('lost with the store, after its run had ended');
    else if ((checker.processed.get(run) ?? 0) > seq)
      report.count('lost with the store, but a later entry of its run was processed');
    else if (!checker.committed.has(entry) && !wasProcessed)
      report.count('lost with the store, and never re-announced');
    else report.violation('LOST', `${id} of ${entry}`);
  }
}

function isAtOrAfter(a: string, b: string): boolean {
  const [first, second] = [partsOfEntry(a), partsOfEntry(b)];
  return first.run === second.run && first.seq >= second.seq;
}

/** Checks that a run's entries stay in order. Only considers ids that were in a single entry. */
function checkOrder({ checker, storeLost }: World, ids: string[], report: Report): void {
  const last = new Map<string, number>();
  for (const id of ids) {
    const [entry, ...otherEntries] = checker.entriesWithId.get(id) ?? [];
    if (entry === undefined || otherEntries.length > 0) continue;
    const { run, seq } = partsOfEntry(entry);
    const before = last.get(run) ?? 0;
    if (before > seq && !storeLost) report.violation('ORDER', `${entry} after ${before}`);
    last.set(run, seq);
  }
}

function checkRead(pages: readonly Page[], log: readonly LivePublication[], report: Report): void {
  const read = pages.flatMap(({ publications }) => publications);
  const served = read.map((publication) => `${publication.offset} ${idOfPublication(publication)}`);
  const expected = log.map((publication) => `${publication.offset} ${idOfPublication(publication)}`);
  if (pages.some(({ recovered }) => !recovered) || served.join() !== expected.join()) {
    report.violation('READER-VIEW', `${served.join()} instead of ${expected.join()}`);
  }
}
