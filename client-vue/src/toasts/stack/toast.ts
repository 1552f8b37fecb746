import type { Action, Severity } from '@tocsin/contracts';

export interface Toast {
  readonly key: string;
  readonly kind: 'notification' | 'summary';
  readonly severity: Severity;
  readonly title: string;
  readonly body?: string | undefined;
  readonly source?: string | undefined;
  readonly link?: string | undefined;
  readonly actions: readonly Action[];
  /** Set only if the toast shows a notification. */
  readonly notificationId?: string | undefined;
  /** Set only if the toast shows a notification. */
  readonly feed?: string | undefined;
  readonly collapseKey?: string | undefined;
  /** Number of equal toasts that this toast represents. Default: 1. */
  readonly count?: number | undefined;
}

/** Errors stay until dismissed. */
export const isSticky = ({ severity }: Pick<Toast, 'severity'>): boolean => severity === 'error';
