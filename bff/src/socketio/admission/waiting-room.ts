export interface WaitingRoomOptions<T> {
  slots: number;
  /** Maximum slots per group. Doesn't apply to exempt items. */
  perGroup: number;
  /** Called with an item removed to make room for another. */
  evict: (item: T) => void;
  now: () => number;
}

/**
 * Grace period (ms) for a new item, which could be about to sign in. Until it ends, the item can lose its slot only to
 * a group that has at least two fewer items than the item's own group.
 */
const GRACE_MS = 250;

interface Slot {
  group: string;
  since: number;
}

/**
 * Slots for connections that have not signed in, grouped by client address. When all slots are taken, the largest group
 * loses its oldest connection to the new one. So a flood from a few addresses can't keep out readers from other
 * addresses.
 */
export class WaitingRoom<T> {
  readonly #options: WaitingRoomOptions<T>;
  readonly #slots = new Map<T, Slot>();
  /** Each group's items, oldest first. */
  readonly #groups = new Map<string, Set<T>>();
  /** Groups by slot count, to find the largest quickly. */
  readonly #bySize = new Map<number, Set<string>>();
  #largest = 0;

  constructor(options: WaitingRoomOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Whether a new item in the group would get a slot. */
  hasSlotFor(group: string, exempt: boolean): boolean {
    return this.#search(group, exempt) !== 'full';
  }

  /** Takes a slot, evicting another item if necessary. Returns false if no slot is available. */
  enter(item: T, group: string, exempt: boolean): boolean {
    this.leave(item);
    const found = this.#search(group, exempt);
    if (found === 'full') return false;
    if (found !== 'free') {
      this.leave(found.evicted);
      this.#options.evict(found.evicted);
    }
    const items = this.#groups.get(group) ?? new Set();
    items.add(item);
    this.#groups.set(group, items);
    this.#slots.set(item, { group, since: this.#options.now() });
    this.#resize(group, items.size - 1, items.size);
    return true;
  }

  /** Releases the item's slot. Returns false if the item had no slot. */
  leave(item: T): boolean {
    const slot = this.#slots.get(item);
    const items = slot && this.#groups.get(slot.group);
    if (!slot || !items) return false;
    this.#slots.delete(item);
    items.delete(item);
    if (items.size === 0) this.#groups.delete(slot.group);
    this.#resize(slot.group, items.size + 1, items.size);
    return true;
  }

  #search(group: string, exempt: boolean): 'free' | 'full' | { evicted: T } {
    const { slots, perGroup } = this.#options;
    const groupItems = this.#groups.get(group);
    if (!exempt && groupItems && groupItems.size >= perGroup) return this.#oldestOf(groupItems);
    if (this.#slots.size < slots) return 'free';
    const [largest = ''] = this.#bySize.get(this.#largest) ?? [];
    const largestGroup = this.#groups.get(largest);
    if (!largestGroup) return 'full';
    // If the group with the new item is still smaller than the largest group, the grace period does not apply.
    return this.#oldestOf(largestGroup, largestGroup.size > (groupItems?.size ?? 0) + 1 ? 0 : GRACE_MS);
  }

  /** Returns the oldest item as `evicted` if its grace period has ended. */
  #oldestOf(items: ReadonlySet<T>, graceMs = GRACE_MS): 'full' | { evicted: T } {
    for (const item of items) {
      const since = this.#slots.get(item)?.since ?? 0;
      return this.#options.now() - since >= graceMs ? { evicted: item } : 'full';
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
    // The group that shrank is now one of the largest.
    else if (from === this.#largest && !this.#bySize.has(from)) this.#largest = to;
  }
}
