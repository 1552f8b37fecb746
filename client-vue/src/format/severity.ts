import { SEVERITIES, type Notification, type Severity } from '@tocsin/contracts';

export const SEVERITY_NAMES: Readonly<Record<Severity, string>> = {
  info: 'Info',
  success: 'Success',
  warning: 'Warning',
  error: 'Error',
};

/** A server newer than this page may know severities that the page does not: they look like info. */
export const severityOf = ({ severity }: Pick<Notification, 'severity'>): Severity =>
  SEVERITIES.includes(severity) ? severity : 'info';
