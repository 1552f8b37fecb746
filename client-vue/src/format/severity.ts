import { SEVERITIES, type Notification, type Severity } from '@tocsin/contracts';

/** Shows a severity that this page does not know, from a newer server, as info. */
export const severityOf = ({ severity }: Pick<Notification, 'severity'>): Severity =>
  SEVERITIES.includes(severity) ? severity : 'info';
