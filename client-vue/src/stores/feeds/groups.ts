import { severityOf } from '../../format/severity.ts';
import type { Item } from './feed-log.ts';

/** Consecutive equal items, which share a row. The object is reused until the items change. */
export interface Group {
  /** The oldest item's key, which stays the same when equal items arrive. */
  readonly key: string;
  readonly time: number;
  /** The group's items, newest first. */
  readonly items: readonly [Item, ...Item[]];
}

const areEqual = (a: Item, b: Item): boolean =>
  a.feed === b.feed &&
  a.notification.title === b.notification.title &&
  a.notification.source === b.notification.source &&
  severityOf(a.notification) === severityOf(b.notification);

/** Groups a feed's consecutive items that share source, title and severity. Items are newest first. */
export class Groups {
  #groups = new Map<string, Group>();

  split(items: readonly Item[]): Group[] {
    const runs: [Item, ...Item[]][] = [];
    for (const item of items) {
      const run = runs.at(-1);
      const before = run?.at(-1);
      if (run && before && !before.gapBefore && areEqual(before, item)) run.push(item);
      else runs.push([item]);
    }
    const groups = runs.map((run) =>
      this.#reuse({ key: run.at(-1)?.key ?? '', time: run[0].time, items: run }),
    );
    this.#groups = new Map(groups.map((group) => [group.key, group]));
    return groups;
  }

  #reuse(group: Group): Group {
    const before = this.#groups.get(group.key);
    const isSame =
      before?.items.length === group.items.length &&
      before.items.every((item, index) => item === group.items[index]);
    return isSame ? before : group;
  }
}
