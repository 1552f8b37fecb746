import type { Action, Severity } from '@tocsin/contracts';

/** At most so many toasts are on the screen. */
export const MAX_VISIBLE = 3;
/** When more than so many wait, they collapse into a number. */
export const MAX_WAITING = 10;

export interface Toast {
  readonly key: string;
  readonly kind: 'notification' | 'summary';
  readonly severity: Severity;
  readonly title: string;
  readonly body?: string | undefined;
  readonly source?: string | undefined;
  readonly link?: string | undefined;
  readonly actions: readonly Action[];
  /** Only of a notification. */
  readonly notificationId?: string | undefined;
}

/** Errors stay until they are dismissed. */
export const isSticky = (toast: Toast): boolean => toast.severity === 'error';

/**
 * Who is shown, who waits and how many have collapsed. Pure: each call says what comes onto the screen. A slot is
 * free only when its toast has left the screen (`left`), so that there are never more than three on it.
 */
export class ToastQueue {
  #visible: Toast[] = [];
  #leaving = new Set<string>();
  #waiting: Toast[] = [];
  #collapsed = 0;

  get visible(): readonly Toast[] {
    return this.#visible;
  }

  /** Those on the screen and those that wait. */
  get all(): readonly Toast[] {
    return [...this.#visible, ...this.#waiting];
  }

  /** How many are told as "and N more"; 0 while no more than ten wait. */
  get more(): number {
    return this.#collapsed === 0 ? 0 : this.#collapsed + this.#waiting.length;
  }

  /** True when nobody waits to be shown any more, so that the number may go. */
  get drained(): boolean {
    return this.#waiting.length === 0;
  }

  add(toasts: readonly Toast[]): Toast[] {
    this.#waiting.push(...toasts);
    const shown = this.#fill();
    if (this.#waiting.length > MAX_WAITING) this.#collapse();
    return shown;
  }

  /** Takes a toast off the screen or out of the queue. Returns whether it was on the screen. */
  dismiss(key: string): boolean {
    this.#waiting = this.#waiting.filter((toast) => toast.key !== key);
    if (!this.#visible.some((toast) => toast.key === key)) return false;
    this.#visible = this.#visible.filter((toast) => toast.key !== key);
    this.#leaving.add(key);
    return true;
  }

  /** Empties everything. Returns the keys of those that were on the screen. */
  clear(): string[] {
    const keys = this.#visible.map(({ key }) => key);
    for (const key of keys) this.#leaving.add(key);
    this.#visible = [];
    this.#waiting = [];
    this.#collapsed = 0;
    return keys;
  }

  /** The toast has left the screen for good: the next one may come. */
  left(key: string): Toast[] {
    this.#leaving.delete(key);
    return this.#fill();
  }

  forgetMore(): void {
    this.#collapsed = 0;
  }

  #fill(): Toast[] {
    const free = MAX_VISIBLE - this.#visible.length - this.#leaving.size;
    const shown = this.#waiting.splice(0, Math.max(0, free));
    this.#visible.push(...shown);
    return shown;
  }

  /** Only the oldest errors go on waiting for a place of their own. */
  #collapse(): void {
    const errors = this.#waiting.filter(isSticky).slice(0, MAX_WAITING);
    this.#collapsed += this.#waiting.length - errors.length;
    this.#waiting = errors;
  }
}
