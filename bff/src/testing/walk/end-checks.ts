import { idOfPublication, type LivePublication, type Page, type Segment } from '@tocsin/contracts';
import { partsOfEntry, type Report } from './report.ts';
import type { World } from './world.ts';

/** Judges a walk after everything has come to rest. */
export function checkEnd(world: World, report: Report, read: readonly Page[][]): void {
  const say = (kind: string, text: string) => report.violation(kind, text);
  const { store, checker, callers, clients } = world;
  if (store.stream.length > 0 || store.dead.length > 0 || callers.some(({ ids }) => ids)) {
    say('STALL', `stream ${store.stream.length}, dead letters ${store.dead.length}`);
  }
  const head = store.head?.head;
  if (!head) return say('STALL', 'no head');
  const segments = head.segments.map(({ key }) => store.documents.get(key) as Segment | undefined);
  if (!segments.every((segment) => segment !== undefined)) return say('HISTORY-HOLE', 'a segment is gone');
  const log = segments.flatMap(({ publications }) => publications) as LivePublication[];
  log.forEach(({ offset }, i) => offset === i + 1 || say('OFFSET-HOLE', `${offset} at place ${i + 1}`));
  if (log.length !== head.offset) say('OFFSET-HOLE', `${log.length} publications, offset ${head.offset}`);
  const ids = log.map(({ notification }) => notification.id);
  if (new Set(ids).size !== ids.length) say('TWICE', ids.join());
  checkLost(world, new Set(ids), head.epoch, report);
  checkOrder(world, ids, report);
  if (!checker.outOfReach) for (const pages of read) checkRead(pages, log, report);
  checker.checkEnd(head);
  for (const [index, client] of clients.entries()) {
    const { position } = client.merge;
    if (position?.epoch !== head.epoch || position.offset !== head.offset) {
      say('CLIENT-BEHIND', `${index} ${JSON.stringify(position)}, head ${head.epoch}:${head.offset}`);
    } else if (client.gaps === 0 && !checker.outOfReach && client.from?.epoch === head.epoch) {
      const expected = ids.slice(client.from.offset).join();
      if (client.shown.join() !== expected)
        say('CLIENT-VIEW', `${index} ${client.shown.join()} not ${expected}`);
    }
  }
}

function checkLost(world: World, present: Set<string>, epoch: string, report: Report): void {
  const { checker, producers, storeLost, doorbellLost, expiredUnseen } = world;
  for (const [id, { entry, epoch: acceptedIn }] of checker.accepted) {
    if (present.has(id)) continue;
    const { run, seq } = partsOfEntry(entry);
    const reached = (checker.answered.get(run) ?? 0) >= seq;
    const verdict = [...(checker.triedIn.get(id) ?? [])].some((tried) =>
      [...checker.verdicts].some((missing) => isAtOrAfter(missing, tried)),
    );
    if (!world.segmentLost && checker.isLeftBehind(run, seq))
      report.violation('LEFT-BEHIND', `${id} of ${entry}`);
    else if (doorbellLost.has(run) && !reached) report.count('lost: every announcement of it was lost');
    else if (doorbellLost.has(run) && expiredUnseen.has(entry))
      report.count('expired unseen, announcements lost');
    else if (!storeLost) report.violation('LOST', `${id} of ${entry}`);
    else if (acceptedIn !== epoch) report.count('lost with a new epoch (or in an older one)');
    else if (verdict) report.count('lost with the store, counted as missing');
    else if (checker.outOfReach) report.count('lost in a rollback that nobody alive had heard of');
    else if (!producers.some((producer) => producer.run === run))
      report.count('lost with the store, its run over');
    else if ((checker.answered.get(run) ?? 0) > seq)
      report.count('lost with the store, below an unknown run');
    else if (!checker.committed.has(entry) && !reached)
      report.count('lost with the store, not announced since');
    else report.violation('LOST', `${id} of ${entry}`);
  }
}

function isAtOrAfter(a: string, b: string): boolean {
  const [one, other] = [partsOfEntry(a), partsOfEntry(b)];
  return one.run === other.run && one.seq >= other.seq;
}

/** Entries of one run keep their order; judged by the ids that were in one entry only. */
function checkOrder({ checker, storeLost }: World, ids: string[], report: Report): void {
  const last = new Map<string, number>();
  for (const id of ids) {
    const [entry, ...others] = checker.triedIn.get(id) ?? [];
    if (entry === undefined || others.length > 0) continue;
    const { run, seq } = partsOfEntry(entry);
    const before = last.get(run) ?? 0;
    if (before > seq && !storeLost) report.violation('ORDER', `${entry} after ${before}`);
    last.set(run, seq);
  }
}

function checkRead(pages: readonly Page[], log: readonly LivePublication[], report: Report): void {
  const read = pages.flatMap(({ publications }) => publications);
  const places = read.map((publication) => `${publication.offset} ${idOfPublication(publication)}`);
  const expected = log.map((publication) => `${publication.offset} ${idOfPublication(publication)}`);
  if (pages.some(({ recovered }) => !recovered) || places.join() !== expected.join()) {
    report.violation('READER-VIEW', `${places.join()} instead of ${expected.join()}`);
  }
}
