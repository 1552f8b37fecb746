import { SEVERITIES } from '@tocsin/contracts';
import { isSticky, type Toast } from './toast.ts';

/** Maximum number of groups of equal errors; older groups are only counted. */
export const MAX_ERRORS = 50;
/** Maximum number of groups of equal toasts that are not errors; the lowest-ranked groups are only counted. */
export const MAX_OTHERS = 20;
/** Maximum number of toasts in a group. An older one is shown when the newest is retracted. */
const MAX_EQUAL = 20;

/** A toast on the screen: the newest in its group. Its `key` stays the same when equal toasts are added. */
export interface Card extends Toast {
  readonly count: number;
  /** Position within the errors or the other toasts; 0 is the front card. */
  readonly depth: number;
}

export interface StackView {
  /** The cards, by severity and then newest first. */
  readonly cards: readonly Card[];
  readonly foldedErrors: number;
  /** Number of toasts without a slot, not counting folded errors. */
  readonly more: number;
}

export interface ViewOptions {
  /** Number of cards on the screen at a time. */
  slots: number;
  /** Whether the fold is open, so that all errors are shown. */
  opened?: boolean;
  /** Keys of cards that stay in place because the reader is using the toasts. */
  keep?: ReadonlySet<string>;
}

interface Stack {
  readonly key: string;
  readonly equals: string;
  /** Equal toasts, newest last. */
  toasts: Toast[];
  count: number;
  arrived: number;
}

/**
 * A feed's toasts are equal if they have the same collapse key or, without one, the same severity, source and title.
 */
function equalityKeyOf({ kind, key, feed, collapseKey, severity, source, title }: Toast): string {
  if (kind === 'summary') return key;
  return JSON.stringify(collapseKey === undefined ? [feed, severity, source, title] : [feed, collapseKey]);
}

const newestOf = ({ toasts }: Stack): Toast | undefined => toasts.at(-1);
const rankOf = (stack: Stack): number => SEVERITIES.indexOf(newestOf(stack)?.severity ?? 'info');
const isErrorStack = (stack: Stack): boolean => isSticky({ severity: newestOf(stack)?.severity ?? 'info' });
const compareStacks = (a: Stack, b: Stack): number => rankOf(b) - rankOf(a) || b.arrived - a.arrived;
const countOf = (stacks: readonly Stack[]): number => stacks.reduce((sum, { count }) => sum + count, 0);

/**
 * Decides which toasts are on the screen, and in which order: by severity, then newest first. Equal toasts share a
 * card with a count. A new error is always shown. One slot is reserved for other toasts if there is more than one
 * slot. The stack is limited in size, and uses no clock or I/O.
 */
export class ToastStack {
  readonly #stacks = new Map<string, Stack>();
  readonly #byEqualityKey = new Map<string, Stack>();
  readonly #byToast = new Map<string, Stack>();
  #arrivals = 0;
  #droppedErrors = 0;
  #droppedOthers = 0;

  /** Adds toasts. Returns the keys of the cards that they were added to, including new ones. */
  add(toasts: readonly Toast[]): string[] {
    const touched = new Set(toasts.map((toast) => this.#put(toast).key));
    this.#trim();
    return [...touched].filter((key) => this.#stacks.has(key));
  }

  /**
   * Removes a toast by its own key. A `replaced` toast still counts on its successor's card. Returns the card's key if
   * the card is gone too.
   */
  remove(toastKey: string, { replaced = false } = {}): string | undefined {
    const stack = this.#byToast.get(toastKey);
    if (!stack) return undefined;
    this.#byToast.delete(toastKey);
    stack.toasts = stack.toasts.filter(({ key }) => key !== toastKey);
    if (!replaced) stack.count--;
    return stack.toasts.length === 0 && this.dismiss(stack.key) ? stack.key : undefined;
  }

  dismiss(key: string): boolean {
    const stack = this.#stacks.get(key);
    if (!stack) return false;
    this.#drop(stack);
    this.#forgetDropped();
    return true;
  }

  /** Removes all toasts of a feed. Returns the keys of their cards. */
  clearFeed(feed: string): string[] {
    const keys = [...this.#stacks.values()].filter((stack) => newestOf(stack)?.feed === feed);
    return keys.flatMap(({ key }) => (this.dismiss(key) ? [key] : []));
  }

  clear(): void {
    for (const kept of [this.#stacks, this.#byEqualityKey, this.#byToast]) kept.clear();
    this.#forgetDropped();
  }

  /** Removes all toasts without a slot except errors, and resets their count. Returns the keys of their cards. */
  forgetMore(options: ViewOptions): string[] {
    const shown = new Set(this.view(options).cards.map(({ key }) => key));
    const hidden = [...this.#stacks.values()].filter(
      (stack) => !isErrorStack(stack) && !shown.has(stack.key),
    );
    for (const { key } of hidden) this.dismiss(key);
    this.#droppedOthers = 0;
    if (options.opened) this.#droppedErrors = 0;
    return hidden.map(({ key }) => key);
  }

  view({ slots, opened = false, keep }: ViewOptions): StackView {
    const [errors, others] = this.#lanes();
    const mayShow = opened ? errors.length : Math.max(1, slots - (others.length > 0 ? 1 : 0));
    const isKept = ({ key }: Stack): boolean => keep?.has(key) === true;
    const shownErrors = errors.filter((stack, index) => index < mayShow || isKept(stack));
    const left = Math.max(slots - Math.min(errors.length, mayShow), slots > 1 ? 1 : 0);
    const shownOthers = others.filter((stack, index) => index < left || isKept(stack));
    return {
      cards: [shownErrors, shownOthers].flatMap((lane) => lane.flatMap(cardOf)),
      foldedErrors: countOf(errors) - countOf(shownErrors) + (opened ? 0 : this.#droppedErrors),
      more: countOf(others) - countOf(shownOthers) + this.#droppedOthers + (opened ? this.#droppedErrors : 0),
    };
  }

  #put(toast: Toast): Stack {
    const equals = equalityKeyOf(toast);
    const stack = this.#byEqualityKey.get(equals) ?? this.#addStack(toast.key, equals);
    const known = this.#byToast.get(toast.key);
    if (known && known !== stack) this.remove(toast.key);
    if (known !== stack) stack.count++;
    stack.toasts = [...stack.toasts.filter(({ key }) => key !== toast.key), toast];
    for (const { key } of stack.toasts.splice(0, stack.toasts.length - MAX_EQUAL)) this.#byToast.delete(key);
    stack.arrived = ++this.#arrivals;
    this.#stacks.set(stack.key, stack);
    this.#byEqualityKey.set(equals, stack);
    this.#byToast.set(toast.key, stack);
    return stack;
  }

  /** A card keeps the key of its first toast, even if that toast is removed and later added to another card. */
  #addStack(toastKey: string, equals: string): Stack {
    const key = this.#stacks.has(toastKey) ? `${toastKey} ${this.#arrivals}` : toastKey;
    return { key, equals, toasts: [], count: 0, arrived: 0 };
  }

  #lanes(): [errors: Stack[], others: Stack[]] {
    const sorted = [...this.#stacks.values()].sort(compareStacks);
    return [sorted.filter(isErrorStack), sorted.filter((stack) => !isErrorStack(stack))];
  }

  #trim(): void {
    const [errors, others] = this.#lanes();
    const [lostErrors, lostOthers] = [errors.slice(MAX_ERRORS), others.slice(MAX_OTHERS)];
    this.#droppedErrors += countOf(lostErrors);
    this.#droppedOthers += countOf(lostOthers);
    for (const stack of [...lostErrors, ...lostOthers]) this.#drop(stack);
  }

  #drop({ key, equals, toasts }: Stack): void {
    this.#stacks.delete(key);
    this.#byEqualityKey.delete(equals);
    for (const toast of toasts) this.#byToast.delete(toast.key);
  }

  /** Resets the count of dropped errors when no error is left, and that of other dropped toasts when none is left. */
  #forgetDropped(): void {
    const stacks = [...this.#stacks.values()];
    if (!stacks.some(isErrorStack)) this.#droppedErrors = 0;
    if (stacks.every(isErrorStack)) this.#droppedOthers = 0;
  }
}

const cardOf = (stack: Stack, depth: number): Card[] => {
  const newest = newestOf(stack);
  return newest ? [{ ...newest, key: stack.key, count: stack.count, depth }] : [];
};
