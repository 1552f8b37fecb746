import { SEVERITIES } from '@tocsin/contracts';
import { isSticky, type Toast } from './toast.ts';

/** Maximum number of groups of equal errors. Older groups are only counted. */
export const MAX_ERRORS = 50;
/** Maximum number of groups of equal toasts other than errors. The lowest-ranked groups are only counted. */
export const MAX_OTHERS = 20;
/** Maximum number of toasts in a group. If the newest is retracted, an older toast is shown. */
const MAX_PER_GROUP = 20;

/** A toast on the screen: the newest in the group. `key` stays the same when equal toasts are added. */
export interface Card extends Toast {
  readonly count: number;
  /** Position among the errors or among the other toasts. 0 is the front card. */
  readonly depth: number;
}

export interface StackView {
  /** The cards by severity, then newest first. */
  readonly cards: readonly Card[];
  /** Number of errors in the fold: errors without a slot, behind the button "N more errors". */
  readonly foldedErrors: number;
  /** Number of toasts without a slot, excluding folded errors. */
  readonly more: number;
}

export interface ViewOptions {
  /** Maximum number of cards on the screen at a time. */
  slots: number;
  /** Whether the fold is open, so that all errors are shown. */
  opened?: boolean;
  /** Keys of cards held in place because the reader is using the toasts. */
  keep?: ReadonlySet<string>;
}

interface Group {
  readonly key: string;
  readonly equalityKey: string;
  /** Equal toasts, newest last. */
  toasts: Toast[];
  count: number;
  arrived: number;
}

/**
 * Returns the same key for equal toasts. A feed's toasts are equal if they have the same collapse key or, without a
 * collapse key, the same severity, source and title.
 */
function equalityKeyOf({ kind, key, feed, collapseKey, severity, source, title }: Toast): string {
  if (kind === 'summary') return key;
  return JSON.stringify(collapseKey === undefined ? [feed, severity, source, title] : [feed, collapseKey]);
}

const newestOf = ({ toasts }: Group): Toast | undefined => toasts.at(-1);
const rankOf = (group: Group): number => SEVERITIES.indexOf(newestOf(group)?.severity ?? 'info');
const isErrorGroup = (group: Group): boolean => isSticky({ severity: newestOf(group)?.severity ?? 'info' });
const compareGroups = (a: Group, b: Group): number => rankOf(b) - rankOf(a) || b.arrived - a.arrived;
const countOf = (groups: readonly Group[]): number => groups.reduce((sum, { count }) => sum + count, 0);

/**
 * Decides which toasts are on the screen and in which order: by severity, then newest first. Equal toasts share a card
 * with a count. A new error is always shown. If there are multiple slots, one is reserved for other toasts. The stack
 * is limited in size and uses no clock or I/O.
 */
export class ToastStack {
  readonly #groups = new Map<string, Group>();
  readonly #byEqualityKey = new Map<string, Group>();
  readonly #byToast = new Map<string, Group>();
  #arrivals = 0;
  #droppedErrors = 0;
  #droppedOthers = 0;

  /** Adds toasts. Returns the keys of all cards that were added or changed. */
  add(toasts: readonly Toast[]): string[] {
    const changed = new Set(toasts.map((toast) => this.#put(toast).key));
    this.#trim();
    return [...changed].filter((key) => this.#groups.has(key));
  }

  /**
   * Removes the toast with this key. A `replaced` toast still counts on the successor's card. Returns the card's key if
   * the card is gone too.
   */
  remove(toastKey: string, { replaced = false } = {}): string | undefined {
    const group = this.#byToast.get(toastKey);
    if (!group) return undefined;
    this.#byToast.delete(toastKey);
    group.toasts = group.toasts.filter(({ key }) => key !== toastKey);
    if (!replaced) group.count--;
    return group.toasts.length === 0 && this.dismiss(group.key) ? group.key : undefined;
  }

  dismiss(key: string): boolean {
    const group = this.#groups.get(key);
    if (!group) return false;
    this.#drop(group);
    this.#forgetDropped();
    return true;
  }

  /** Removes a feed's toasts. Returns the keys of the removed cards. */
  clearFeed(feed: string): string[] {
    const keys = [...this.#groups.values()].filter((group) => newestOf(group)?.feed === feed);
    return keys.flatMap(({ key }) => (this.dismiss(key) ? [key] : []));
  }

  clear(): void {
    for (const map of [this.#groups, this.#byEqualityKey, this.#byToast]) map.clear();
    this.#forgetDropped();
  }

  /**
   * Removes all toasts without a slot, except errors, and resets their count. Returns the keys of the removed cards.
   */
  clearMore(options: ViewOptions): string[] {
    const shown = new Set(this.view(options).cards.map(({ key }) => key));
    const hidden = [...this.#groups.values()].filter(
      (group) => !isErrorGroup(group) && !shown.has(group.key),
    );
    for (const { key } of hidden) this.dismiss(key);
    this.#droppedOthers = 0;
    if (options.opened) this.#droppedErrors = 0;
    return hidden.map(({ key }) => key);
  }

  view({ slots, opened = false, keep }: ViewOptions): StackView {
    const [errors, others] = this.#lanes();
    const errorSlots = opened ? errors.length : Math.max(1, slots - (others.length > 0 ? 1 : 0));
    const isKept = ({ key }: Group): boolean => keep?.has(key) === true;
    const shownErrors = errors.filter((group, index) => index < errorSlots || isKept(group));
    const otherSlots = Math.max(slots - Math.min(errors.length, errorSlots), slots > 1 ? 1 : 0);
    const shownOthers = others.filter((group, index) => index < otherSlots || isKept(group));
    return {
      cards: [shownErrors, shownOthers].flatMap((lane) => lane.flatMap(cardOf)),
      foldedErrors: countOf(errors) - countOf(shownErrors) + (opened ? 0 : this.#droppedErrors),
      more: countOf(others) - countOf(shownOthers) + this.#droppedOthers + (opened ? this.#droppedErrors : 0),
    };
  }

  #put(toast: Toast): Group {
    const equalityKey = equalityKeyOf(toast);
    const group = this.#byEqualityKey.get(equalityKey) ?? this.#addGroup(toast.key, equalityKey);
    const existing = this.#byToast.get(toast.key);
    if (existing && existing !== group) this.remove(toast.key);
    if (existing !== group) group.count++;
    group.toasts = [...group.toasts.filter(({ key }) => key !== toast.key), toast];
    for (const { key } of group.toasts.splice(0, group.toasts.length - MAX_PER_GROUP))
      this.#byToast.delete(key);
    group.arrived = ++this.#arrivals;
    this.#groups.set(group.key, group);
    this.#byEqualityKey.set(equalityKey, group);
    this.#byToast.set(toast.key, group);
    return group;
  }

  /** A card keeps the first toast's key, even if that toast is removed and later added to another card. */
  #addGroup(toastKey: string, equalityKey: string): Group {
    const key = this.#groups.has(toastKey) ? `${toastKey} ${this.#arrivals}` : toastKey;
    return { key, equalityKey, toasts: [], count: 0, arrived: 0 };
  }

  #lanes(): [errors: Group[], others: Group[]] {
    const sorted = [...this.#groups.values()].sort(compareGroups);
    return [sorted.filter(isErrorGroup), sorted.filter((group) => !isErrorGroup(group))];
  }

  #trim(): void {
    const [errors, others] = this.#lanes();
    const [droppedErrors, droppedOthers] = [errors.slice(MAX_ERRORS), others.slice(MAX_OTHERS)];
    this.#droppedErrors += countOf(droppedErrors);
    this.#droppedOthers += countOf(droppedOthers);
    for (const group of [...droppedErrors, ...droppedOthers]) this.#drop(group);
  }

  #drop({ key, equalityKey, toasts }: Group): void {
    this.#groups.delete(key);
    this.#byEqualityKey.delete(equalityKey);
    for (const toast of toasts) this.#byToast.delete(toast.key);
  }

  /** Resets the number of dropped errors when no errors are left. Does the same for other toasts. */
  #forgetDropped(): void {
    const groups = [...this.#groups.values()];
    if (!groups.some(isErrorGroup)) this.#droppedErrors = 0;
    if (groups.every(isErrorGroup)) this.#droppedOthers = 0;
  }
}

const cardOf = (group: Group, depth: number): Card[] => {
  const newest = newestOf(group);
  return newest ? [{ ...newest, key: group.key, count: group.count, depth }] : [];
};
