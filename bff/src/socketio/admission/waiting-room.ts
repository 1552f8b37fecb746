export interface WaitingRoomOptions<T> {
  places: number;
  /** Places that one group may hold; exempt members say so on entry. */
  perGroup: number;
  /** Called with one that has to go, so that another may come. It has left the room already. */
  evict: (item: T) => void;
  now: () => number;
}

/** One that waits for less than this, in ms, keeps its place: it may be about to sign in. */
const GRACE_MS = 250;

interface Place {
  group: string;
  since: number;
}

/**
 * Places for connections that have not signed in. When all are taken, the group that holds most gives up its oldest
 * one, so that strangers of few addresses never keep out a reader of another.
 */
export class WaitingRoom<T> {
  readonly #options: WaitingRoomOptions<T>;
  readonly #places = new Map<T, Place>();
  /** Each group's items, the oldest first. */
  readonly #groups = new Map<string, Set<T>>();
  /** Groups by how many places they hold, so that the largest is found at once. */
  readonly #bySize = new Map<number, Set<string>>();
  #largest = 0;

  constructor(options: WaitingRoomOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#places.size;
  }

  /** Whether a newcomer of the group would get a place. */
  hasPlaceFor(group: string, exempt: boolean): boolean {
    return this.#search(group, exempt) !== 'full';
  }

  /** Takes a place, if necessary from another; false if there is none. */
  enter(item: T, group: string, exempt: boolean): boolean {
    this.leave(item);
    const found = this.#search(group, exempt);
    if (found === 'full') return false;
    if (found !== 'free') {
      this.leave(found.leaves);
      this.#options.evict(found.leaves);
    }
    const items = this.#groups.get(group) ?? new Set();
    items.add(item);
    this.#groups.set(group, items);
    this.#places.set(item, { group, since: this.#options.now() });
    this.#resize(group, items.size - 1, items.size);
    return true;
  }

  /** Gives the place back; false for one that has none. */
  leave(item: T): boolean {
    const place = this.#places.get(item);
    const items = place && this.#groups.get(place.group);
    if (!place || !items) return false;
    this.#places.delete(item);
    items.delete(item);
    if (items.size === 0) this.#groups.delete(place.group);
    this.#resize(place.group, items.size + 1, items.size);
    return true;
  }

  #search(group: string, exempt: boolean): 'free' | 'full' | { leaves: T } {
    const { places, perGroup } = this.#options;
    const own = this.#groups.get(group);
    if (!exempt && own && own.size >= perGroup) return this.#oldestOf(own);
    if (this.#places.size < places) return 'free';
    const [largest = ''] = this.#bySize.get(this.#largest) ?? [];
    const most = this.#groups.get(largest);
    if (!most) return 'full';
    // A group that holds less than another takes from it at once.
    return this.#oldestOf(most, most.size > (own?.size ?? 0) + 1 ? 0 : GRACE_MS);
  }

  /** The oldest of these, if it has waited for so long. */
  #oldestOf(items: ReadonlySet<T>, graceMs = GRACE_MS): 'full' | { leaves: T } {
    for (const item of items) {
      const since = this.#places.get(item)?.since ?? 0;
      return this.#options.now() - since >= graceMs ? { leaves: item } : 'full';
    }
    return 'full';
  }

  #resize(group: string, from: number, to: number): void {
    const old = this.#bySize.get(from);
    old?.delete(group);
    if (old?.size === 0) this.#bySize.delete(from);
    if (to > 0) {
      const groups = this.#bySize.get(to) ?? new Set();
      this.#bySize.set(to, groups.add(group));
    }
    if (to > this.#largest) this.#largest = to;
    // The group that shrank is the next largest itself.
    else if (from === this.#largest && !this.#bySize.has(from)) this.#largest = to;
  }
}
