import { SEVERITIES, type Notification, type Severity } from '@tocsin/contracts';

/** Treats unknown severities from a newer server as info. */
export const severityOf = ({ severity }: Pick<Notification, 'severity'>): Severity =>
  SEVERITIES.includes(severity) ? severity : 'info';
