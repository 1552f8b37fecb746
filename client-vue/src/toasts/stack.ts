import { SEVERITIES } from '@tocsin/contracts';
import { isSticky, type Toast } from './toast.ts';

/** Most stacks of equal errors that are kept; older ones are a number. */
export const MAX_ERRORS = 50;
/** Most stacks of equal other toasts that are kept; those last in order are a number. */
export const MAX_OTHERS = 20;
/** Of equal toasts so many are kept, to show an older one when the newest is retracted. */
const MAX_EQUAL = 20;

/** One toast on the screen: the newest of those that are equal. Its `key` stays the same while others join it. */
export interface Card extends Toast {
  readonly count: number;
  /** 0 for the front one of the errors and of the others; the rest lie behind it. */
  readonly depth: number;
}

export interface StackView {
  /** By severity, then newest first. */
  readonly cards: readonly Card[];
  /** Errors that wait in the fold. */
  readonly foldedErrors: number;
  /** Other toasts that have no place now; with an open fold also the errors that it has no room for. */
  readonly more: number;
}

export interface ViewOptions {
  /** Cards on the screen at a time. */
  slots: number;
  /** The fold is open: every error is shown. */
  opened?: boolean;
  /** Cards that stay although others go before them: the reader is pointing at one. */
  keep?: ReadonlySet<string>;
}

interface Stack {
  readonly key: string;
  readonly equals: string;
  /** The newest last. */
  toasts: Toast[];
  count: number;
  arrived: number;
}

/** Toasts with the same collapse key are equal, else those with the same severity, source and title. */
function equalsOf({ kind, key, feed, collapseKey, severity, source, title }: Toast): string {
  if (kind === 'summary') return key;
  return JSON.stringify(collapseKey === undefined ? [feed, severity, source, title] : [feed, collapseKey]);
}

const newestOf = ({ toasts }: Stack): Toast | undefined => toasts.at(-1);
const rankOf = (stack: Stack): number => SEVERITIES.indexOf(newestOf(stack)?.severity ?? 'info');
const isErrors = (stack: Stack): boolean => isSticky({ severity: newestOf(stack)?.severity ?? 'info' });
const inOrder = (a: Stack, b: Stack): number => rankOf(b) - rankOf(a) || b.arrived - a.arrived;
const countOf = (stacks: readonly Stack[]): number => stacks.reduce((sum, { count }) => sum + count, 0);

/**
 * Which toasts are on the screen, in which order: by severity, then newest first; equal ones are one card with a count.
 * No clock and no I/O. A new error is always on the screen, whatever came before it; a place is kept for the others
 * where there is more than one. Bounded, however many arrive.
 */
export class ToastStack {
  readonly #stacks = new Map<string, Stack>();
  /** The stack of each equality and of each toast. */
  readonly #byEquals = new Map<string, Stack>();
  readonly #byToast = new Map<string, Stack>();
  #arrivals = 0;
  #droppedErrors = 0;
  #droppedOthers = 0;

  /** Returns the keys of the cards that the toasts have joined or begun. */
  add(toasts: readonly Toast[]): string[] {
    const touched = new Set(toasts.map((toast) => this.#put(toast).key));
    this.#trim();
    return [...touched].filter((key) => this.#stacks.has(key));
  }

  /**
   * Takes one toast away, by its own key; one that was `replaced` stays counted in the card that its successor has
   * joined. Returns the key of its card if that went with it.
   */
  remove(toastKey: string, { replaced = false } = {}): string | undefined {
    const stack = this.#byToast.get(toastKey);
    if (!stack) return undefined;
    this.#byToast.delete(toastKey);
    stack.toasts = stack.toasts.filter(({ key }) => key !== toastKey);
    if (!replaced) stack.count--;
    return stack.toasts.length === 0 && this.dismiss(stack.key) ? stack.key : undefined;
  }

  /** Takes a card away, with all that it counts. */
  dismiss(key: string): boolean {
    const stack = this.#stacks.get(key);
    if (!stack) return false;
    this.#drop(stack);
    this.#forgetDropped();
    return true;
  }

  /** Takes away all toasts of a feed; returns the keys of their cards. */
  clearFeed(feed: string): string[] {
    const keys = [...this.#stacks.values()].filter((stack) => newestOf(stack)?.feed === feed);
    return keys.flatMap(({ key }) => (this.dismiss(key) ? [key] : []));
  }

  clear(): void {
    for (const kept of [this.#stacks, this.#byEquals, this.#byToast]) kept.clear();
    this.#forgetDropped();
  }

  /** Takes away the others that have no place, and forgets how many. Returns the keys of their cards. */
  forgetMore(options: ViewOptions): string[] {
    const shown = new Set(this.view(options).cards.map(({ key }) => key));
    const hidden = [...this.#stacks.values()].filter((stack) => !isErrors(stack) && !shown.has(stack.key));
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
    const equals = equalsOf(toast);
    const stack = this.#byEquals.get(equals) ?? this.#begin(toast.key, equals);
    const known = this.#byToast.get(toast.key);
    if (known && known !== stack) this.remove(toast.key);
    if (known !== stack) stack.count++;
    stack.toasts = [...stack.toasts.filter(({ key }) => key !== toast.key), toast];
    for (const { key } of stack.toasts.splice(0, stack.toasts.length - MAX_EQUAL)) this.#byToast.delete(key);
    stack.arrived = ++this.#arrivals;
    this.#stacks.set(stack.key, stack);
    this.#byEquals.set(equals, stack);
    this.#byToast.set(toast.key, stack);
    return stack;
  }

  /** A card keeps the key of its first toast, which may be gone and come back on another card. */
  #begin(toastKey: string, equals: string): Stack {
    const key = this.#stacks.has(toastKey) ? `${toastKey} ${this.#arrivals}` : toastKey;
    return { key, equals, toasts: [], count: 0, arrived: 0 };
  }

  #lanes(): [errors: Stack[], others: Stack[]] {
    const sorted = [...this.#stacks.values()].sort(inOrder);
    return [sorted.filter(isErrors), sorted.filter((stack) => !isErrors(stack))];
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
    this.#byEquals.delete(equals);
    for (const toast of toasts) this.#byToast.delete(toast.key);
  }

  /** The numbers go with the last card of their kind. */
  #forgetDropped(): void {
    const stacks = [...this.#stacks.values()];
    if (!stacks.some(isErrors)) this.#droppedErrors = 0;
    if (stacks.every(isErrors)) this.#droppedOthers = 0;
  }
}

const cardOf = (stack: Stack, depth: number): Card[] => {
  const newest = newestOf(stack);
  return newest ? [{ ...newest, key: stack.key, count: stack.count, depth }] : [];
};
