import { SEVERITIES, type Notification, type Severity } from '@tocsin/contracts';

/** Treats severities unknown to this version as info. */
export const severityOf = ({ severity }: Pick<Notification, 'severity'>): Severity =>
  SEVERITIES.includes(severity) ? severity : 'info';
